"""Roles are given and taken away after a question, and a therapist can always sign in."""

import pytest
from django.contrib.auth.models import Permission, User

from practice import texts
from practice.accounts import therapists
from practice.models import DeskRole, StaffRole
from practice.roles import all_permissions, give_role, permissions_of, role_of
from tests.confirmations import confirmed_post, facts_asked, form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def save(therapist_client):
    """Saves the form of an account with this role, active or not."""

    def post(user, role, **changes):
        return therapist_client.post(url_of(user), data_of(therapist_client, user, role, **changes))

    return post


def url_of(user):
    return f"/admin/auth/user/{user.pk}/change/"


def data_of(client, user, role, *, is_active=True):
    data = form_data(client, url_of(user)) | {"role": role or ""}
    data.pop("is_active", None)
    return data | ({"is_active": "on"} if is_active else {})


def account(role=None, username="ann", **fields):
    user = User(username=username, **{"password": "x", **fields})
    give_role(user, role)
    return user


def confirmed(client, user, role, **changes):
    """Return the same post with the tick that its question shows."""
    data = data_of(client, user, role, **changes)
    form = client.post(url_of(user), data).context["adminform"].form
    return data | {form.confirmation_field: form.confirmation_token}


# The last therapist ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        None,
        {"role": DeskRole.THERAPIST, "is_active": False},
        {"role": DeskRole.ASSISTANT},
        {"role": DeskRole.THERAPIST, "password": "!x"},
    ],
)
@pytest.mark.parametrize(
    ("role", "is_active", "field"),
    [
        (None, True, "role"),
        (DeskRole.ASSISTANT, True, "role"),
        (DeskRole.EDITOR, False, "role"),
        (DeskRole.THERAPIST, False, "is_active"),
    ],
)
def test_the_last_therapist_keeps_the_role(save, therapist, other, role, is_active, field):
    if other:
        account(**other)
    response = save(therapist, role, is_active=is_active)

    form = response.context["adminform"].form
    assert form.errors == {field: [texts.LAST_THERAPIST]}
    assert form.unanswered == []
    assert list(therapists()) == [therapist]


def test_a_therapist_does_not_take_away_the_own_password(therapist_client, therapist):
    url = f"/admin/auth/user/{therapist.pk}/password/"
    data = {"usable_password": "false", "password1": "", "password2": "", "unset-password": "1"}

    assert therapist_client.post(url, data).headers["Location"] == "/admin/password_change/"
    therapist.refresh_from_db()
    assert therapist.has_usable_password()


def test_the_last_therapist_is_not_deleted(therapist_client, therapist):
    other = account(DeskRole.THERAPIST)
    url = f"/admin/auth/user/{other.pk}/delete/"
    assert therapist_client.get(url).status_code == 200

    therapist.set_unusable_password()  # somebody whose session is still open
    User.objects.filter(pk=therapist.pk).update(is_active=False)
    therapist_client.force_login(account(DeskRole.THERAPIST, "bob", password="!x"))
    assert therapist_client.get(url).status_code == 403
    assert therapist_client.post(url, {"post": "yes"}).status_code == 403


# One's own account ----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"role": DeskRole.THERAPIST, "is_active": False}, {"role": None}])
def test_shutting_oneself_out_is_asked_about(save, therapist_client, therapist, change):
    account(DeskRole.THERAPIST)

    assert facts_asked(save(therapist, **change)) == [texts.OWN_SIGN_IN.format(others="“ann”")]
    assert therapist_client.get("/admin/").status_code == 200
    therapist_client.post(url_of(therapist), confirmed(therapist_client, therapist, **change))
    assert therapist_client.get("/admin/").status_code == 302


def test_giving_up_the_role_is_asked_about(save, therapist):
    account(DeskRole.THERAPIST)
    account(DeskRole.THERAPIST, "bob")

    assert facts_asked(save(therapist, DeskRole.EDITOR)) == [
        texts.OWN_ROLE.format(others="“ann” or “bob”", may=texts.ROLE_FACTS["editor"])
    ]


def test_another_account_is_shut_out_without_a_question(save):
    user = account(DeskRole.THERAPIST)
    assert save(user, None).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_an_account_that_stays_as_it_is_asks_nothing(save, therapist):
    assert save(therapist, DeskRole.THERAPIST).status_code == 302
    assert save(account(DeskRole.ASSISTANT), DeskRole.ASSISTANT).status_code == 302


# Roles that are given -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", DeskRole)
@pytest.mark.parametrize("before", [{}, {"is_active": False, "role": "same"}])
def test_giving_a_role_says_what_can_then_be_done(save, therapist_client, role, before):
    user = account(**before | ({"role": role} if "role" in before else {}))

    assert facts_asked(save(user, role)) == [texts.NEW_ROLE.format(username="ann", may=texts.ROLE_FACTS[role])]
    confirmed_post(therapist_client, url_of(user), data_of(therapist_client, user, role))
    saved = User.objects.get(pk=user.pk)
    assert role_of(saved) == role
    assert saved.is_active


def test_a_role_replaces_the_former_one(therapist):
    user = account(DeskRole.ASSISTANT)
    for role in (DeskRole.EDITOR, DeskRole.THERAPIST, DeskRole.ASSISTANT, None):
        give_role(user, role)
        assert role_of(User.objects.get(pk=user.pk)) == role
    assert not StaffRole.objects.exists()


def test_the_list_names_the_roles(therapist_client, django_assert_max_num_queries):
    for number, role in enumerate([*DeskRole, None, DeskRole.EDITOR, DeskRole.EDITOR]):
        account(role, f"user{number}")
    with django_assert_max_num_queries(9):
        page = therapist_client.get("/admin/auth/user/").content.decode()
    roles = [row.partition("</td>")[0] for row in page.split('class="field-role">')[1:]]
    assert sorted(roles) == sorted(["Therapist", "Therapist", "Assistant", "Editor", "Editor", "Editor", "None"])


# What a role permits --------------------------------------------------------------------------------


def test_every_permission_of_a_role_exists():
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    for role in StaffRole.ROLES:
        assert permissions_of(role) - known == set()
    assert all_permissions("pages") == {name for name in known if name.startswith("pages.")}


def test_a_role_permits_what_the_settings_say():
    user = account(DeskRole.EDITOR)
    assert user.has_perm("pages.change_page")
    assert not user.has_perm("bookings.view_enquiry")
    assert user.has_module_perms("pages")
    assert not user.has_module_perms("bookings")
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not User.objects.get(pk=user.pk).has_perm("pages.change_page")


def test_permissions_of_django_itself_count_for_nothing():
    user = account(DeskRole.EDITOR)
    user.user_permissions.set(Permission.objects.all())
    assert not User.objects.get(pk=user.pk).has_perm("bookings.view_enquiry")
    assert User.objects.get(pk=account(DeskRole.THERAPIST, "bob").pk).get_all_permissions() > {"bookings.view_enquiry"}


@pytest.mark.parametrize("role", [None, *StaffRole.ROLES])
def test_nobody_but_a_therapist_changes_an_account(client_as, therapist, role):
    client = client_as(role)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    for each in (user, therapist):
        for page in ("change", "password", "delete", "history"):
            url = f"/admin/auth/user/{each.pk}/{page}/"
            fields = {"username": "x", "role": "therapist", "is_active": "on", "is_superuser": "on", "post": "yes"}
            assert client.get(url).status_code == 403
            assert client.post(url, fields).status_code == 403
    assert client.post("/admin/auth/user/add/", {"username": "y"}).status_code == 403
    assert role_of(User.objects.get(pk=user.pk)) == role
    assert User.objects.count() == 2


def test_an_account_without_a_role_reads_why_its_desk_is_empty(client_as):
    assert texts.NO_ROLE in client_as(None).get("/admin/").content.decode()
    assert texts.NO_ROLE not in client_as(DeskRole.EDITOR).get("/admin/").content.decode()


def test_what_a_role_does_not_include_is_refused_with_a_sentence(client_as):
    response = client_as(DeskRole.EDITOR).get("/admin/bookings/enquiry/")
    assert response.status_code == 403
    assert texts.NOT_IN_YOUR_ROLE in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store, private"

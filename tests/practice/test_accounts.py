"""Rights are given and taken away after a question, and somebody with full access can always sign in."""

import pytest
from django.contrib.auth.models import Permission, User

from practice import texts
from tests.confirmations import confirmed_post, facts_asked, form_data

pytestmark = pytest.mark.django_db
ALL = {"is_active": True, "is_staff": True, "is_superuser": True}


@pytest.fixture
def save(therapist_client):
    """Saves the form of an account with these rights and no others."""

    def post(user, *rights):
        return therapist_client.post(url_of(user), data_of(therapist_client, user, rights))

    return post


def url_of(user):
    return f"/admin/auth/user/{user.pk}/change/"


def data_of(client, user, rights):
    data = form_data(client, url_of(user))
    return {name: value for name, value in data.items() if name not in ALL} | dict.fromkeys(rights, "on")


def other_account(**rights):
    return User.objects.create(username="ann", password="!" if rights.pop("has_no_password", False) else "x", **rights)


def may_use(client, url="/admin/"):
    return client.get(url).status_code == 200


# The last account with full access ------------------------------------------------------------


@pytest.mark.parametrize("missing", ALL)
@pytest.mark.parametrize(
    "other",
    [
        None,
        {**ALL, "is_active": False},
        {**ALL, "is_staff": False},
        {"is_staff": True},
        {**ALL, "has_no_password": True},
    ],
)
def test_the_last_account_that_has_full_access_keeps_its_rights(save, therapist, missing, other):
    if other:
        other_account(**other)
    response = save(therapist, *(name for name in ALL if name != missing))

    form = response.context["adminform"].form
    assert form.errors == {missing: [texts.LAST_WITH_FULL_ACCESS]}
    assert form.unanswered == []
    therapist.refresh_from_db()
    assert getattr(therapist, missing)


def test_the_last_account_that_has_full_access_keeps_its_password(therapist_client, therapist):
    url = f"/admin/auth/user/{therapist.pk}/password/"
    data = {"usable_password": "false", "password1": "", "password2": "", "unset-password": "1"}
    response = therapist_client.post(url, data)

    assert texts.LAST_WITH_FULL_ACCESS in response.content.decode()
    therapist.refresh_from_db()
    assert therapist.has_usable_password()
    other_account(**ALL)
    assert therapist_client.post(url, data).status_code == 302


def test_the_last_account_that_has_full_access_is_not_deleted(therapist, client):
    manager = other_account(is_staff=True)
    manager.user_permissions.set(Permission.objects.filter(codename__in=["delete_user", "view_user"]))
    client.force_login(manager)
    third = User.objects.create(username="third")

    assert client.get(f"/admin/auth/user/{third.pk}/delete/").status_code == 200
    assert client.get(f"/admin/auth/user/{therapist.pk}/delete/").status_code == 403
    assert client.post(f"/admin/auth/user/{therapist.pk}/delete/", {"post": "yes"}).status_code == 403


# One's own account ----------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["is_active", "is_staff"])
def test_shutting_oneself_out_is_asked_about(save, therapist_client, therapist, missing):
    other_account(**ALL)
    rights = [name for name in ALL if name != missing]

    assert facts_asked(save(therapist, *rights)) == [texts.OWN_SIGN_IN.format(others="“ann”")]
    assert may_use(therapist_client)
    therapist_client.post(url_of(therapist), confirmed(therapist_client, therapist, rights))
    assert not may_use(therapist_client)


def confirmed(client, user, rights):
    """Return the same post with the tick that its question shows."""
    data = data_of(client, user, rights)
    form = client.post(url_of(user), data).context["adminform"].form
    return data | {form.confirmation_field: form.confirmation_token}


def test_giving_up_full_access_is_asked_about(save, therapist_client, therapist):
    other_account(**ALL)
    User.objects.create(username="bob", password="x", **ALL)
    rights = ["is_active", "is_staff"]
    others = "“ann” or “bob”"

    assert facts_asked(save(therapist, *rights)) == [
        texts.OWN_FULL_ACCESS.format(rights=texts.NO_RIGHTS_LEFT, others=others)
    ]
    therapist.user_permissions.add(Permission.objects.get(codename="view_fee"))
    left = texts.RIGHTS_LEFT.format(rights="Can view fee")
    assert facts_asked(save(therapist, *rights)) == [texts.OWN_FULL_ACCESS.format(rights=left, others=others)]


def test_another_account_is_shut_out_without_a_question(save, therapist):
    assert save(other_account(**ALL), "is_staff").status_code == 302


def test_an_account_that_stays_as_it_is_asks_nothing(save, therapist):
    assert save(therapist, *ALL).status_code == 302
    assert save(other_account(is_active=True, is_staff=True), "is_active", "is_staff").status_code == 302


# Rights that are given -------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [{}, {"is_staff": True}, {**ALL, "is_active": False}])
def test_giving_full_access_says_what_can_then_be_read(save, therapist_client, before):
    user = other_account(**{"is_active": True} | before)

    assert facts_asked(save(user, *ALL)) == [texts.FULL_ACCESS.format(username="ann")]
    assert not User.objects.filter(username="ann", **ALL).exists()
    confirmed_post(therapist_client, url_of(user), data_of(therapist_client, user, ALL))
    assert User.objects.filter(username="ann", **ALL).exists()


def test_letting_somebody_sign_in_says_what_they_can_open(save, client):
    user = other_account()
    assert facts_asked(save(user, "is_active", "is_staff")) == [texts.NO_RIGHTS.format(username="ann")]

    user.user_permissions.add(Permission.objects.get(codename="view_enquiry"))
    assert facts_asked(save(user, "is_active", "is_staff")) == [
        texts.SOME_RIGHTS.format(username="ann", rights="Can view enquiry")
    ]


def test_a_superuser_who_cannot_sign_in_asks_nothing(save):
    assert save(other_account(), "is_superuser").status_code == 302

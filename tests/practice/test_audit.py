"""What happens on the desk is recorded without words or names, read by the therapist alone, and changed by nobody."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.utils.module_loading import import_string

from bookings import people
from bookings.models import Enquiry
from pages.models import Page
from practice import audit
from practice.audit import Kind
from practice.models import AuditEntry, DeskRole, Fee, SupportLine
from tests.pages import editor_posts
from tests.practice import desk

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SIGN_IN = "/admin/login/?next=/admin/"


@pytest.fixture
def entry(db):
    return AuditEntry.objects.create(at=NOW, kind=Kind.OPENED, username="ann", model="bookings.enquiry", reference="X")


@pytest.fixture
def numbers(therapist_client):
    numbers = desk.fill()
    clear()
    return numbers


def clear():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM practice_auditentry")


def trail():
    """Return kind, account, model and reference of each entry, the oldest first."""
    return list(AuditEntry.objects.order_by("pk").values_list("kind", "username", "model", "reference"))


# Signing in -----------------------------------------------------------------------------------------


def test_signing_in_and_out_is_recorded(client, therapist):
    client.post(SIGN_IN, {"username": "therapist", "password": "wrong"})
    client.post(SIGN_IN, {"username": "therapist", "password": "correct horse battery staple"})
    client.post("/admin/logout/")
    client.post("/admin/logout/")

    assert trail() == [(kind, "therapist", "", "") for kind in ("sign_in_failed", "signed_in", "signed_out")]


def test_what_was_typed_as_a_name_is_not_stored_unless_an_account_has_it(client, therapist):
    for name in ("my secret password", "therapis"):
        client.post(SIGN_IN, {"username": name, "password": "x"})
    assert trail() == [("sign_in_failed", "", "", "")]


def test_a_flood_of_names_that_no_account_has_adds_one_entry_a_minute(db):
    for seconds in (0, 20, 59, 61, 90, 125):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            audit.on_sign_in_failed(None, {"username": f"x{seconds}"})
    assert len(trail()) == 3


def test_a_new_password_of_ones_own_is_recorded(therapist_client):
    clear()
    new = "another horse battery staple"
    fields = {"old_password": "correct horse battery staple", "new_password1": new, "new_password2": new}
    therapist_client.post("/admin/password_change/", fields | {"old_password": "x"})
    assert trail() == []
    assert therapist_client.post("/admin/password_change/", fields).status_code == 302
    assert trail() == [("password", "therapist", "", "")]


# The desk -------------------------------------------------------------------------------------------


def test_opening_an_enquiry_is_recorded_once_in_ten_minutes(therapist_client, client_as, numbers):
    enquiry = Enquiry.objects.get(pk=numbers["bookings/enquiry"])
    assistant = client_as(DeskRole.ASSISTANT)
    clear()
    url = f"/admin/bookings/enquiry/{enquiry.pk}/change/"
    opened = ("opened", "therapist", "bookings.enquiry", enquiry.reference)
    for _ in range(2):
        therapist_client.get(url)
        therapist_client.get(f"/admin/bookings/enquiry/{enquiry.pk}/reply/")
    assert trail() == [opened]
    assistant.get(url)
    assert trail()[1:] == [("opened", "assistant", "bookings.enquiry", enquiry.reference)]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        therapist_client.get(url)
    assert trail()[2:] == [opened]


def test_opening_an_enquiry_costs_two_queries(therapist, numbers, django_assert_num_queries):
    enquiry = Enquiry.objects.get(pk=numbers["bookings/enquiry"])
    with django_assert_num_queries(2):
        audit.record_opened(therapist, enquiry)


def test_acts_on_an_enquiry_are_recorded(therapist_client, numbers):
    enquiry = Enquiry.objects.get(pk=numbers["bookings/enquiry"])
    base = f"/admin/bookings/enquiry/{enquiry.pk}"
    appointment = f"{base}/appointment/{numbers['appointment_pk']}"
    for url, fields, kind in [
        (f"{base}/note/", {"text": "Qznote"}, "changed"),
        (f"{base}/status/", {"to": "answered"}, "changed"),
        (f"{appointment}/notes/", {f"kept-{numbers['appointment_pk']}-notes": "Qz"}, "changed"),
    ]:
        clear()
        assert therapist_client.post(url, fields).status_code == 302
        assert trail() == [(kind, "therapist", "bookings.enquiry", enquiry.reference)], url
    clear()
    assert therapist_client.post(f"{base}/status/", {"to": "nothing"}).status_code == 302
    assert trail() == []
    therapist_client.get(f"{base}/export/")
    assert "exported" not in [entry[0] for entry in trail()]
    therapist_client.post(f"{base}/export/", {"as": "json"})
    assert trail()[-1:] == [("exported", "therapist", "bookings.enquiry", enquiry.reference)]


def test_a_reply_is_recorded(therapist_client, numbers):
    pk = numbers["bookings/enquiry"]
    key = "7e6ae0f5-7bd8-4d6e-a4ce-90f6f8b2f1df"
    fields = {"idempotency_key": key, "subject": "Hello", "body": "Hello", "act": "send"}
    therapist_client.post(f"/admin/bookings/enquiry/{pk}/reply/", fields)
    assert [entry[0] for entry in trail()] == ["replied"]


def test_forms_of_the_admin_are_recorded_by_model_and_number(therapist_client, numbers):
    fee = Fee.objects.first()
    fields = {"name": fee.name, "pounds": "1", "minutes": "50", "position": "20", "is_active": "on", "confirmed": ""}
    response = therapist_client.post(f"/admin/practice/fee/{fee.pk}/change/", fields)
    if response.status_code == 200:
        form = response.context["adminform"].form
        fields["confirmed"] = form.confirmation_token
        assert therapist_client.post(f"/admin/practice/fee/{fee.pk}/change/", fields).status_code == 302
    assert trail() == [("changed", "therapist", "practice.fee", str(fee.pk))]
    clear()
    closed = numbers["bookings/openingexception"]
    therapist_client.post(f"/admin/bookings/openingexception/{closed}/delete/", {"post": "yes"})
    assert trail() == [("deleted", "therapist", "bookings.openingexception", str(closed))]


@pytest.mark.parametrize(
    ("url", "fields", "kind", "model"),
    [
        ("bookings/bookingsettings/calendars/", {"act": "new"}, "keys", "bookings.bookingsettings"),
        ("bookings/messagetemplate/acknowledge/", {"act": "default"}, "changed", "bookings.messagetemplate"),
    ],
)
def test_screens_of_our_own_are_recorded(therapist_client, url, fields, kind, model):
    clear()
    therapist_client.post(f"/admin/{url}", fields)
    assert trail() == [(kind, "therapist", model, "")]


def test_weekly_hours_are_recorded(therapist_client):
    clear()
    page = therapist_client.get("/admin/bookings/weeklyhours/").content.decode()
    names = set(re.findall(r'name="(place\d+-day\d)-TOTAL_FORMS"', page))
    fields = {f"{name}-{part}_FORMS": "0" for name in names for part in ("TOTAL", "INITIAL")}
    assert therapist_client.post("/admin/bookings/weeklyhours/", fields).status_code == 302
    assert trail() == [("changed", "therapist", "bookings.weeklyhours", "")]


def test_what_visitors_see_is_recorded(therapist_client, numbers):
    page = Page.objects.get(pk=numbers["pages/page"])
    for act in (
        lambda: editor_posts.publish(therapist_client, page),
        lambda: confirm_act(therapist_client, page, "unpublish"),
        lambda: confirm_act(therapist_client, page, "remove"),
    ):
        clear()
        act()
        assert trail() == [("published", "therapist", "pages.page", str(page.pk))]
    clear()
    therapist_client.post(f"/admin/pages/page/{page.pk}/menu/", {"menu": "main"})
    assert trail() == [("changed", "therapist", "pages.page", str(page.pk))]


def confirm_act(client, page, act):
    return editor_posts.confirm(client, client.post(f"/admin/pages/page/{page.pk}/{act}/"))


def test_each_of_several_deleted_at_once_is_recorded(therapist_client):
    clear()
    lines = [SupportLine.objects.create(name=name, number="1", note="x", position=99, verified_on=NOW) for name in "ab"]
    fields = {"action": "delete_selected", "_selected_action": [line.pk for line in lines], "post": "yes"}
    therapist_client.post("/admin/practice/supportline/", fields)
    assert {entry[0:3:2] for entry in trail()} == {("deleted", "practice.supportline")}
    assert len(trail()) == 2


# Nobody and nothing changes it ----------------------------------------------------------------------


def test_an_entry_is_neither_changed_nor_deleted(entry):
    entry.username = "bob"
    for refused in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(username="bob"),
        lambda: AuditEntry.objects.update(reference="Y"),
        lambda: AuditEntry.objects.update(reference="", username="bob"),
    ):
        with pytest.raises(TypeError, match="only ever added to"):
            refused()
    assert trail() == [("opened", "ann", "bookings.enquiry", "X")]


@pytest.mark.parametrize(
    "change",
    ["username = 'bob'", "kind = 'changed'", "model = ''", "reference = 'Y'", "at = '2020-01-01'", "id = 7777"],
)
def test_the_database_refuses_changes_too(entry, change):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE practice_auditentry SET {change}")  # noqa: S608 (of this test)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE practice_auditentry SET reference = ''")
    assert trail() == [("opened", "ann", "bookings.enquiry", "")]


def test_nobody_adds_changes_or_deletes_entries_on_the_desk(therapist_client, entry):
    base = "/admin/practice/auditentry/"
    for path in ("add/", f"{entry.pk}/delete/"):
        assert therapist_client.get(base + path).status_code == 403
        assert therapist_client.post(base + path, {"post": "yes"}).status_code == 403
    assert therapist_client.post(f"{base}{entry.pk}/change/", {"username": "bob"}).status_code == 403
    fields = {"action": "delete_selected", "_selected_action": [entry.pk], "post": "yes"}
    therapist_client.post(base, fields)
    assert ("opened", "ann", "bookings.enquiry", "X") in trail()


# What is left ---------------------------------------------------------------------------------------


def test_erasing_leaves_that_it_was_done_and_not_to_whom(therapist_client, numbers):
    enquiry = Enquiry.objects.get(kind=Enquiry.Kind.COMPLAINT)
    base = f"/admin/bookings/enquiry/{enquiry.pk}"
    therapist_client.get(f"{base}/change/")
    therapist_client.post(f"{base}/delete/", {"post": "yes"})

    assert not Enquiry.objects.filter(pk=enquiry.pk).exists()
    assert trail() == [
        ("opened", "therapist", "bookings.enquiry", ""),
        ("erased", "therapist", "bookings.enquiry", ""),
    ]
    assert not LogEntry.objects.filter(object_repr=enquiry.reference).exists()


def test_what_django_logged_of_an_erased_enquiry_goes_too(therapist, numbers):
    enquiry = Enquiry.objects.get(kind=Enquiry.Kind.COMPLAINT)
    LogEntry.objects.log_actions(therapist.pk, Enquiry.objects.filter(pk=enquiry.pk), 3, single_object=True)
    others = Enquiry.objects.filter(pk=numbers["bookings/enquiry"])
    LogEntry.objects.log_actions(therapist.pk, others, 2, single_object=True)
    people.erase_enquiries(Enquiry.objects.filter(pk=enquiry.pk), datetime.now(UTC))

    assert [entry.object_id for entry in LogEntry.objects.all()] == [str(numbers["bookings/enquiry"])]
    assert [reference for *_, reference in trail()] == ["", str(numbers["bookings/enquiry"])]


def test_old_entries_are_deleted_of_both_logs(entry, therapist, settings):
    LogEntry.objects.create(user=therapist, action_time=NOW, action_flag=2)
    keep = timedelta(days=audit.KEEP_DAYS)
    assert "practice.audit.delete_old" in settings.RETENTION_TASKS
    for moment, count in [(NOW + keep, 1), (NOW + keep + timedelta(seconds=1), 0)]:
        import_string("practice.audit.delete_old")(moment)
        assert (AuditEntry.objects.filter(pk=entry.pk).count(), LogEntry.objects.count()) == (count, count)


# Reading it -----------------------------------------------------------------------------------------


def test_the_list_names_accounts_acts_and_numbers(therapist_client, numbers):
    fee = Fee.objects.first()
    audit.record(Kind.CHANGED, User.objects.get(username="therapist"), fee)
    audit.record(Kind.SIGN_IN_FAILED, None)
    audit.record_opened(User.objects.get(username="therapist"), Enquiry.objects.first())
    page = therapist_client.get("/admin/practice/auditentry/").content.decode()

    assert f'<a href="/admin/practice/fee/{fee.pk}/change/">Fee {fee.pk}</a>' in page
    assert f"Enquiry {Enquiry.objects.first().reference}" in page
    assert "Unknown name" in page
    assert not [word for word in [*desk.SEALED, *desk.REACH] if word in page]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?account=ann", 2),
        ("?kind__exact=signed_in", 1),
        ("?q=X", 1),
        ("?q=x%20y", 0),
        ("?account=ann&q=X", 1),
    ],
)
def test_the_list_is_filtered(therapist_client, entry, query, count):
    clear()
    for kind, name, reference in [("signed_in", "ann", ""), ("opened", "ann", "X"), ("opened", "bob", "Y")]:
        AuditEntry.objects.create(at=NOW, kind=kind, username=name, model="bookings.enquiry", reference=reference)
    response = therapist_client.get(f"/admin/practice/auditentry/{query}")
    assert response.context["cl"].result_count == count


@pytest.mark.parametrize("role", [DeskRole.ASSISTANT, DeskRole.EDITOR])
def test_only_a_therapist_reads_it(client_as, role):
    assert client_as(role).get("/admin/practice/auditentry/").status_code == 403

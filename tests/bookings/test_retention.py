"""Everything ends: what is idle is asked about and closed, and client records have their years."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from bookings import appointments, enquiries, idle, private_page_acts, retention
from bookings.models import Appointment, Enquiry, Event, Message, Person, PrivateLink, Reply, SearchToken
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.facts import practice_row
from tests import soak
from tests.bookings.conftest import NOW

Status = Enquiry.Status
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def status_of(enquiry):
    return Enquiry.objects.get(pk=enquiry.pk).status


def change_status(enquiry, status, actor, now=NOW):
    enquiries.change_status(enquiry, status, actor=actor, policy=ReplyPolicy(1), now=now)


@pytest.fixture
def meet(actor, harley_street):
    """Book an appointment and let it take place."""

    def take_place(enquiry, begins):
        booked = appointments.book_agreed(enquiry, Slot(begins, harley_street), begins - 7 * DAY, actor=actor)
        appointments.record_outcome(booked, "fulfilled", begins, actor=actor)
        return booked

    return take_place


@pytest.fixture
def client_record(make_enquiry, meet, actor):
    def make(begins=NOW + 7 * DAY):
        enquiry = make_enquiry(begins - 8 * DAY)
        meet(enquiry, begins)
        change_status(enquiry, Status.CLOSED, actor, begins + DAY)
        return enquiry

    return make


@pytest.mark.parametrize(
    ("begins", "last_day"),
    [
        (datetime(2026, 12, 1, 10, tzinfo=UTC), date(2033, 12, 1)),
        (datetime(2028, 2, 29, 10, tzinfo=UTC), date(2035, 3, 1)),  # there is no 29 February then
        (datetime(2027, 6, 30, 18, tzinfo=UTC), date(2034, 6, 30)),
    ],
)
def test_a_client_record_is_kept_for_years_after_the_last_appointment(client_record, begins, last_day):
    enquiry = client_record(begins)
    assert Enquiry.objects.get().keep_until == enquiry.keep_until == last_day

    retention.erase_expired(datetime(last_day.year, last_day.month, last_day.day, 12, tzinfo=UTC))
    assert Enquiry.objects.exists()
    retention.erase_expired(datetime(last_day.year, last_day.month, last_day.day, 12, tzinfo=UTC) + DAY)
    for model in (Enquiry, Appointment, Event, Message, Person, PrivateLink, Reply, SearchToken):
        assert not model.objects.exists(), model


def test_another_number_of_years_applies_to_closed_records_too(client_record, make_enquiry, actor):
    record, other = client_record(), make_enquiry()
    change_status(other, Status.CLOSED, actor)
    practice = practice_row()
    practice.client_record_years = 10
    practice.save()
    retention.date_client_records(NOW + 9 * DAY)

    kept = dict(Enquiry.objects.values_list("pk", "keep_until"))
    assert kept == {record.pk: date(2036, 12, 1), other.pk: date(2027, 2, 22)}


def test_a_client_who_writes_again_is_kept(client_record, actor):
    enquiry = client_record()
    change_status(enquiry, Status.WAITING, actor, NOW + YEAR)

    assert enquiry.keep_until is None


def with_status(status, make_enquiry, actor, meet):
    enquiry = make_enquiry()
    if status == Status.BOOKED:
        meet(enquiry, NOW + DAY)
    elif status != Status.WAITING:
        change_status(enquiry, status, actor)
    return enquiry


@pytest.mark.parametrize("status", idle.OPEN_ENDED)
def test_what_is_idle_is_asked_about_after_three_months_and_closed_after_a_year(make_enquiry, actor, meet, status):
    enquiry = with_status(status, make_enquiry, actor, meet)
    last = NOW + DAY + timedelta(minutes=50) if status == Status.BOOKED else NOW
    assert not idle.idle_for(idle.ASK_AFTER, last + idle.ASK_AFTER - DAY).exists()
    assert idle.idle_for(idle.ASK_AFTER, last + idle.ASK_AFTER + DAY).get() == enquiry

    idle.close_forgotten(last + idle.CLOSE_AFTER - DAY)
    assert status_of(enquiry) == status
    messages = Message.objects.count()
    idle.close_forgotten(last + idle.CLOSE_AFTER + DAY)
    assert status_of(enquiry) == Status.CLOSED
    assert Message.objects.count() == messages
    assert Event.objects.latest("at").role == "system"


def test_what_is_idle_is_read_along_an_index_because_the_desk_asks_at_every_visit(db):
    if connection.vendor == "sqlite":  # PostgreSQL scans so few rows
        plan = idle.idle_for(idle.ASK_AFTER, NOW)[:8].explain().splitlines()
        steps = [step.split(" ", 3)[3] for step in plan if step.split()[1] == "0"]  # of the query, not within a step
        assert "USING INDEX enquiry_received_at" in steps[0]
        assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def test_whatever_happens_begins_the_time_anew(make_enquiry, actor):
    enquiry = make_enquiry()
    change_status(enquiry, Status.ANSWERED, actor)
    enquiries.note(enquiry, "Rang, no answer.", actor=actor, now=NOW + 300 * DAY)
    assert not idle.idle_for(idle.ASK_AFTER, NOW + 380 * DAY).exists()

    idle.close_forgotten(NOW + 400 * DAY)
    assert status_of(enquiry) == Status.ANSWERED
    assert idle.idle_for(idle.ASK_AFTER, NOW + 400 * DAY).get().last_at == NOW + 300 * DAY


def test_nothing_is_closed_while_an_appointment_is_to_come(make_enquiry, actor, harley_street):
    enquiry = make_enquiry()
    begins = NOW + 2 * YEAR
    appointments.book_agreed(enquiry, Slot(begins, harley_street), NOW, actor=actor)
    idle.close_forgotten(NOW + 2 * YEAR - DAY)

    assert status_of(enquiry) == Status.BOOKED


def test_a_complaint_is_asked_about_and_never_closed_by_the_site(make_enquiry, actor):
    waiting, aside = (make_enquiry(kind=Enquiry.Kind.COMPLAINT) for _ in range(2))
    change_status(aside, Status.SET_ASIDE, actor)
    idle.close_forgotten(NOW + 5 * YEAR)

    assert (status_of(waiting), status_of(aside)) == (Status.WAITING, Status.SET_ASIDE)
    assert set(idle.idle_for(idle.ASK_AFTER, NOW + 5 * YEAR)) == {waiting, aside}


def test_the_desk_asks_and_says_when_it_is_closed(make_enquiry, actor, therapist_client):
    enquiry = make_enquiry()
    change_status(enquiry, Status.LISTED, actor)
    with time_machine.travel(NOW + 100 * DAY, tick=False):
        therapist_client.force_login(actor.user)
        html = therapist_client.get("/admin/").content.decode()

    assert "Nothing new for three months: close it?" in html
    assert "On your waiting list, last 24 November 2026; closed by itself on 25 November 2027" in html


def test_purge_says_what_it_would_erase_and_erases_nothing(make_enquiry, actor, capsys, monkeypatch, caplog):
    enquiry = make_enquiry()
    change_status(enquiry, Status.CLOSED, actor)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 100 * DAY)
    before = counts()
    call_command("purge", "--dry-run")

    printed = capsys.readouterr().out
    assert "bookings.Enquiry: 1 row\n" in printed
    assert "bookings.Person: 1 row\n" in printed
    assert counts() == before
    assert "Erased" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_purge_erases_what_it_says(make_enquiry, actor, capsys, monkeypatch):
    change_status(make_enquiry(), Status.CLOSED, actor)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 100 * DAY)
    retention.clock_agrees(NOW + 99.5 * DAY)
    call_command("purge")
    assert "bookings.Enquiry: 1 row\n" in capsys.readouterr().out
    assert not Enquiry.objects.exists()
    call_command("purge")
    assert capsys.readouterr().out == "Nothing.\n"


def counts():
    return {model._meta.label: model.objects.count() for model in apps.get_models() if model._meta.managed}


# Ten years -------------------------------------------------------------------------------------------

LONGEST = {  # after what happened last: asked about, closed, and then kept as closed
    "bookings.Enquiry": idle.CLOSE_AFTER + 92 * DAY,
    "client records": 7 * YEAR + 5 * DAY,
}


def live_a_month(make_enquiry, meet, actor, start):
    """Receive an enquiry of each kind, and leave each as a busy therapist may."""
    made = [make_enquiry(start) for _ in range(6)]
    for enquiry, status in zip(
        made, (None, Status.ANSWERED, Status.LISTED, Status.SET_ASIDE, Status.CLOSED), strict=False
    ):
        if status:
            change_status(enquiry, status, actor, start)
    meet(made[5], start + 8 * DAY)
    private_page_acts.pause(make_enquiry(start), start)
    make_enquiry(start, suspicion="Filled in like a robot")
    return made[5]


@pytest.mark.any_database
def test_after_ten_years_nothing_is_older_than_its_rule(make_enquiry, meet, actor, capsys):
    """Each year brings a few, and the tasks run each month; in a soak each month, and each day."""
    step, now, ends = (DAY if soak.IS_ON else 30 * DAY), NOW, NOW + 10 * YEAR
    next_month, clients = NOW, []
    while now < ends:
        if now >= next_month:
            clients.append(live_a_month(make_enquiry, meet, actor, now))
            next_month += (30 if soak.IS_ON else 365) * DAY
        now += step
        retention.run_tasks(now)

    clients_kept = {enquiry.pk for enquiry in clients} & set(Enquiry.objects.values_list("pk", flat=True))
    since = {True: now - LONGEST["client records"] - step, False: now - LONGEST["bookings.Enquiry"] - step}
    for enquiry in Enquiry.objects.all():
        assert enquiry.received_at > since[enquiry.pk in clients_kept], enquiry.status
    for model in (Event, Message, Appointment, PrivateLink, Reply):
        assert not model.objects.exclude(enquiry__in=Enquiry.objects.all()).exists(), model
    assert not Person.objects.filter(enquiries=None, referrals=None).exists()
    assert not SearchToken.objects.exclude(person__in=Person.objects.all()).exists()
    assert min(enquiry.received_at for enquiry in clients if enquiry.pk in clients_kept) < now - 6 * YEAR
    left = Counter(Enquiry.objects.values_list("status", flat=True))
    with capsys.disabled():
        if soak.IS_ON:
            print(f"\nAfter ten years: {dict(left)}; rows { ({k: n for k, n in counts().items() if n}) }")  # noqa: T201

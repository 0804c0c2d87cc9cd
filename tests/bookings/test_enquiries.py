import uuid
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from bookings import appointments, enquiries, self_service
from bookings.appointments import Slot
from bookings.models import Enquiry, Message, Reply, SearchToken
from bookings.worker import retention
from tests.bookings.conftest import NOW

Status = Enquiry.Status


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("to", Status)
def test_the_status_moves_only_along_the_table(receive, therapist, start, to):
    enquiry = receive()
    Enquiry.objects.update(status=start)

    if to in Enquiry.TRANSITIONS[start]:
        enquiries.move(enquiry, to, who=therapist, reply_days=1, now=NOW)
        assert enquiry.status == to
        assert enquiry.events.filter(kind="moved").count() == 1
    else:
        with pytest.raises(enquiries.NotAllowed):
            enquiries.move(enquiry, to, who=therapist, reply_days=1, now=NOW)
        assert Enquiry.objects.get().status == start


def test_a_stale_screen_cannot_move_an_enquiry_from_where_it_no_longer_is(receive, therapist):
    enquiry = receive()
    stale = Enquiry.objects.get()
    enquiries.move(enquiry, Status.CLOSED, who=therapist, reply_days=1, now=NOW)

    with pytest.raises(enquiries.NotAllowed, match="is “Closed” now"):
        enquiries.move(stale, Status.ANSWERED, who=therapist, reply_days=1, now=NOW)


def test_an_unknown_status_is_refused_with_a_sentence(receive, therapist):
    with pytest.raises(enquiries.NotAllowed, match="cannot become “nonsense”"):
        enquiries.move(receive(), "nonsense", who=therapist, reply_days=1, now=NOW)


def test_closing_sets_the_day_it_is_kept_until_and_reopening_takes_it_back(receive, therapist):
    enquiry = receive()
    enquiries.move(enquiry, Status.CLOSED, who=therapist, reply_days=1, now=NOW)
    assert enquiry.keep_until == date(2027, 2, 22)

    enquiries.move(enquiry, Status.WAITING, who=therapist, reply_days=1, now=NOW)
    assert enquiry.keep_until is None


def test_what_is_paused_is_kept_for_a_year_and_a_day(receive):
    """The one question they allowed may be a year away."""
    enquiry = receive()
    self_service.pause(enquiry, NOW)
    enquiry.refresh_from_db()
    assert enquiry.keep_until == date(2027, 11, 25)

    assert retention.erase_expired(NOW + timedelta(days=366)) == 0
    assert retention.erase_expired(NOW + timedelta(days=367)) == 1


def test_a_client_is_not_forgotten_by_a_clock(receive, therapist, harley_street):
    client, nobody = receive(), receive()
    begins = NOW + timedelta(days=7)
    met = appointments.agree(client, Slot(begins, harley_street), NOW, who=therapist)
    never = appointments.agree(nobody, Slot(begins + timedelta(days=1), harley_street), NOW, who=therapist)
    appointments.close_with(met, "fulfilled", begins, who=therapist)
    appointments.cancel(never, NOW, who=therapist)

    for enquiry in (client, nobody):
        enquiries.move(enquiry, Status.CLOSED, who=therapist, reply_days=1, now=begins)

    assert client.keep_until is None
    assert nobody.keep_until is not None


def test_a_closed_enquiry_is_erased_with_everything_when_its_time_is_over(receive, therapist):
    kept, closed = receive(), receive()
    enquiries.move(closed, Status.CLOSED, who=therapist, reply_days=1, now=NOW)

    assert retention.erase_expired(NOW + timedelta(days=90)) == 0
    assert retention.erase_expired(NOW + timedelta(days=91)) == 1
    assert list(Enquiry.objects.all()) == [kept]
    assert set(SearchToken.objects.values_list("enquiry", flat=True)) == {kept.pk}
    assert set(Message.objects.values_list("enquiry", flat=True)) == {kept.pk}


def test_an_enquiry_set_aside_is_erased_after_thirty_days(receive):
    receive(suspicion="The message contains several links.")

    assert retention.erase_expired(NOW + timedelta(days=30)) == 0
    assert retention.erase_expired(NOW + timedelta(days=31)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_single_run_of_the_sender_forgets_too(receive):
    receive(suspicion="The message contains several links.", now=NOW - timedelta(days=400))
    call_command("run_worker", stdout=StringIO())

    assert not Enquiry.objects.exists()


def test_a_reply_is_due_at_once_and_answers_the_enquiry(receive, therapist):
    enquiry = receive()
    enquiries.reply(enquiry, subject="Hello", body="Dear Zoë", idempotency_key=uuid.uuid4(), who=therapist, now=NOW)

    assert Enquiry.objects.get().status == Status.ANSWERED
    due = Message.objects.get(kind="reply")
    assert (due.next_try, due.reply.body) == (NOW, "Dear Zoë")


def test_a_second_click_on_send_sends_one_reply(receive, therapist):
    enquiry, idempotency_key = receive(), uuid.uuid4()
    for _ in range(2):
        enquiries.reply(
            enquiry, subject="Hello", body="Dear Zoë", idempotency_key=idempotency_key, who=therapist, now=NOW
        )

    assert Reply.objects.count() == Message.objects.filter(kind="reply").count() == 1


def test_a_different_letter_from_the_same_page_is_refused_not_swallowed(receive, therapist):
    enquiry, idempotency_key = receive(), uuid.uuid4()
    enquiries.reply(enquiry, subject="Hello", body="Tuesday", idempotency_key=idempotency_key, who=therapist, now=NOW)

    with pytest.raises(enquiries.NotAllowed, match="this one was not"):
        enquiries.reply(
            enquiry, subject="Hello", body="Wednesday", idempotency_key=idempotency_key, who=therapist, now=NOW
        )


def test_nobody_is_written_to_who_did_not_say_that_email_is_safe(receive, therapist):
    enquiry = receive(channel="phone", phone="07700 900 982")

    with pytest.raises(enquiries.NotAllowed):
        enquiries.reply(enquiry, subject="Hello", body="Dear Zoë", idempotency_key=uuid.uuid4(), who=therapist, now=NOW)
    assert not Reply.objects.exists()


def test_the_database_refuses_a_second_notification_of_a_kind(receive):
    due = receive().messages.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind=due.kind, enquiry=due.enquiry, due_at=NOW, next_try=NOW)


def test_references_leave_out_letters_that_are_mistaken_for_others(receive):
    for _ in range(20):
        assert not set(receive().reference) & set("01ILOU")


def test_an_enquiry_is_named_by_its_reference_alone(receive):
    enquiry = receive()

    assert str(enquiry) == enquiry.reference
    assert "Zo" not in repr(list(enquiry.events.all())) + repr(list(enquiry.messages.all()))

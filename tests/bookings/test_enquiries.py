import uuid
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from bookings import appointments, enquiries, private_page_acts, retention
from bookings.enquiries import ReplyDraft
from bookings.exceptions import NotAllowed
from bookings.models import Enquiry, Message, Person, Reply, SearchToken
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from tests.bookings.conftest import NOW

Status = Enquiry.Status


@pytest.mark.parametrize("start", Status)
@pytest.mark.parametrize("to", Status)
def test_the_status_moves_only_along_the_table(make_enquiry, actor, start, to):
    enquiry = make_enquiry()
    Enquiry.objects.update(status=start)

    if to in Enquiry.TRANSITIONS[start]:
        enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
        assert enquiry.status == to
        assert enquiry.events.filter(kind="moved").count() == 1
    else:
        with pytest.raises(NotAllowed):
            enquiries.change_status(enquiry, to, actor=actor, policy=ReplyPolicy(1), now=NOW)
        assert Enquiry.objects.get().status == start


def test_a_stale_screen_cannot_move_an_enquiry_from_where_it_no_longer_is(make_enquiry, actor):
    enquiry = make_enquiry()
    stale = Enquiry.objects.get()
    enquiries.change_status(enquiry, Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)

    with pytest.raises(NotAllowed, match="is “Closed” now"):
        enquiries.change_status(stale, Status.ANSWERED, actor=actor, policy=ReplyPolicy(1), now=NOW)


def test_an_unknown_status_is_refused_with_a_sentence(make_enquiry, actor):
    with pytest.raises(NotAllowed, match="cannot become “nonsense”"):
        enquiries.change_status(make_enquiry(), "nonsense", actor=actor, policy=ReplyPolicy(1), now=NOW)


def test_closing_sets_the_day_it_is_kept_until_and_reopening_takes_it_back(make_enquiry, actor):
    enquiry = make_enquiry()
    enquiries.change_status(enquiry, Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)
    assert enquiry.keep_until == date(2027, 2, 22)

    enquiries.change_status(enquiry, Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=NOW)
    assert enquiry.keep_until is None


def test_what_is_paused_is_kept_for_a_year_and_a_day(make_enquiry):
    """The one question they allowed may be a year away."""
    enquiry = make_enquiry()
    private_page_acts.pause(enquiry, NOW)
    enquiry.refresh_from_db()
    assert enquiry.keep_until == date(2027, 11, 25)

    assert retention.erase_expired(NOW + timedelta(days=366)) == 0
    assert retention.erase_expired(NOW + timedelta(days=367)) == 1


def test_a_client_is_kept_for_years_and_nobody_else(make_enquiry, actor, harley_street):
    client, nobody = make_enquiry(), make_enquiry()
    begins = NOW + timedelta(days=7)
    met = appointments.book_agreed(client, Slot(begins, harley_street), NOW, actor=actor)
    never = appointments.book_agreed(nobody, Slot(begins + timedelta(days=1), harley_street), NOW, actor=actor)
    appointments.record_outcome(met, "fulfilled", begins, actor=actor)
    appointments.cancel(never, NOW, actor=actor)

    for enquiry in (client, nobody):
        enquiries.change_status(enquiry, Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=begins)

    assert client.keep_until == date(2033, 12, 1)
    assert nobody.keep_until == date(2027, 3, 1)


def test_a_closed_enquiry_is_erased_with_everything_when_its_time_is_over(make_enquiry, actor):
    kept, closed = make_enquiry(), make_enquiry()
    enquiries.change_status(closed, Status.CLOSED, actor=actor, policy=ReplyPolicy(1), now=NOW)

    assert retention.erase_expired(NOW + timedelta(days=90)) == 0
    assert retention.erase_expired(NOW + timedelta(days=91)) == 1
    assert list(Enquiry.objects.all()) == [kept]
    assert set(SearchToken.objects.values_list("person", flat=True)) == {kept.person_id}
    assert list(Person.objects.all()) == [kept.person]
    assert set(Message.objects.values_list("enquiry", flat=True)) == {kept.pk}


def test_an_enquiry_set_aside_is_erased_after_thirty_days(make_enquiry):
    make_enquiry(suspicion="The message contains several links.")

    assert retention.erase_expired(NOW + timedelta(days=30)) == 0
    assert retention.erase_expired(NOW + timedelta(days=31)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_single_run_of_the_sender_forgets_too(make_enquiry):
    make_enquiry(suspicion="The message contains several links.", now=NOW - timedelta(days=400))
    call_command("run_worker", stdout=StringIO())

    assert not Enquiry.objects.exists()


def test_a_reply_is_due_at_once_and_answers_the_enquiry(make_enquiry, actor):
    enquiry = make_enquiry()
    enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", uuid.uuid4()), actor=actor, now=NOW)

    assert Enquiry.objects.get().status == Status.ANSWERED
    due = Message.objects.get(kind="reply")
    assert (due.next_try, due.reply.body) == (NOW, "Dear Zoë")


def test_a_second_click_on_send_sends_one_reply(make_enquiry, actor):
    enquiry, idempotency_key = make_enquiry(), uuid.uuid4()
    for _ in range(2):
        enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", idempotency_key), actor=actor, now=NOW)

    assert Reply.objects.count() == Message.objects.filter(kind="reply").count() == 1


def test_a_different_reply_from_the_same_page_is_refused_not_swallowed(make_enquiry, actor):
    enquiry, idempotency_key = make_enquiry(), uuid.uuid4()
    enquiries.reply(enquiry, ReplyDraft("Hello", "Tuesday", idempotency_key), actor=actor, now=NOW)

    with pytest.raises(NotAllowed, match="this one was not"):
        enquiries.reply(enquiry, ReplyDraft("Hello", "Wednesday", idempotency_key), actor=actor, now=NOW)


def test_nobody_is_written_to_who_did_not_say_that_email_is_safe(make_enquiry, actor):
    enquiry = make_enquiry(channel="phone", phone="07700 900 982")

    with pytest.raises(NotAllowed):
        enquiries.reply(enquiry, ReplyDraft("Hello", "Dear Zoë", uuid.uuid4()), actor=actor, now=NOW)
    assert not Reply.objects.exists()


def test_the_database_refuses_a_second_notification_of_a_kind(make_enquiry):
    due = make_enquiry().messages.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(kind=due.kind, enquiry=due.enquiry, due_at=NOW, next_try=NOW)


def test_references_leave_out_letters_that_are_mistaken_for_others(make_enquiry):
    for _ in range(20):
        assert not set(make_enquiry().reference) & set("01ILOU")


def test_an_enquiry_is_named_by_its_reference_alone(make_enquiry):
    enquiry = make_enquiry()

    assert str(enquiry) == enquiry.reference
    assert "Zo" not in repr(list(enquiry.events.all())) + repr(list(enquiry.messages.all()))

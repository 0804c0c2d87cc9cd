"""Every kind of reply from its form to the email."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import appointments, enquiries, private_links
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, Enquiry, Message, OccupiedCell, Reply
from bookings.slot import Slot
from tests.bookings.admin.replies.helpers import (
    AT_TEN,
    TEN,
    ReplyScreen,
    Status,
    deliver_emails,
    enquiry_url,
    error_messages,
    reply_url,
    slot_fields,
)
from tests.bookings.conftest import NOW


def test_a_time_they_asked_for_is_accepted_and_they_get_exactly_the_previewed_reply(
    make_slot_request, therapist_client, mailoutbox
):
    enquiry = make_slot_request(TEN, TEN + timedelta(days=1), calendar_ok=True)
    requested = enquiry.appointments.get(rank=1)
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "accept", requested))

    page = reply_screen.preview()
    preview = page.context["preview"]
    assert f"- {AT_TEN}" in preview["body"]
    assert private_links.path(enquiry, NOW) in preview["body"]
    assert "A calendar file is attached." in page.content.decode()
    assert (Reply.objects.count(), enquiry.appointments.booked().count(), OccupiedCell.objects.count()) == (0, 0, 0)

    done = reply_screen.send(page)
    assert "It is booked, and your confirmation is on its way." in done.content.decode()
    (sent,) = deliver_emails(mailoutbox)
    assert (sent.subject, sent.body) == (preview["subject"], preview["body"])
    assert list(enquiry.appointments.values_list("rank", "status")) == [(1, "booked"), (2, "cancelled")]
    assert Enquiry.objects.get().status == "booked"
    reply = Reply.objects.get()
    assert (reply.purpose, reply.appointment, "{link}" in reply.body) == ("accept", requested, True)


def test_looking_at_a_preview_changes_nothing(make_slot_request, locations, therapist_client):
    enquiry = make_slot_request()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "offer"), **slot_fields(locations))
    before = [list(model.objects.values()) for model in (Appointment, Enquiry, Message, Reply, OccupiedCell)]

    assert reply_screen.preview().context["preview"]
    assert [list(model.objects.values()) for model in (Appointment, Enquiry, Message, Reply, OccupiedCell)] == before
    assert not hasattr(Enquiry.objects.get(), "link")


def test_up_to_three_other_times_are_offered_and_held(make_slot_request, locations, therapist_client, mailoutbox):
    enquiry = make_slot_request()
    rows = (
        slot_fields(locations)
        | slot_fields(locations, 2, at="14:05")
        | slot_fields(locations, 3, day="2026-12-02", place="st-pauls")
    )
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "offer"), **rows)
    assert reply_screen.data["held_day"] == date(2026, 11, 27)

    reply_screen.send(reply_screen.preview())

    (sent,) = deliver_emails(mailoutbox)
    for line in (
        f"- {AT_TEN}\n",
        "- Tuesday 1 December, 14:05 to 14:35, Harley Street\n",
        "- Wednesday 2 December, 10:00 to 10:30, St Pauls\n",
        "until Friday 27 November, 17:00, London time",
        private_links.path(enquiry, NOW),
    ):
        assert line in sent.body
    offers = enquiry.appointments.filter(status=Status.PROPOSED)
    assert {offer.held_until for offer in offers} == {datetime(2026, 11, 27, 17, 0, tzinfo=UTC)}
    assert (offers.count(), Enquiry.objects.get().status) == (3, "answered")
    assert enquiry.appointments.get(rank=1).status == "cancelled"
    page = therapist_client.get(enquiry_url(enquiry)).content.decode()
    assert "Held until Friday 27 November, 17:00." in page


def test_free_times_are_offered_with_one_click_each(make_enquiry, weekly_hours, therapist_client):
    enquiry = make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "offer"))
    choices = [choice for choice, _ in therapist_client.get(reply_screen.url).context["form"].fields["free"].choices]
    assert len(choices) == 9

    reply_screen.send(reply_screen.preview(free=choices[:3]))

    assert enquiry.appointments.filter(status=Status.PROPOSED).count() == 3


def test_the_free_times_fit_what_they_asked_for(make_enquiry, weekly_hours, therapist_client):
    """Mondays and Wednesdays, in the morning or the evening."""
    form = therapist_client.get(reply_url(make_enquiry(), "offer")).context["form"]

    labels = [label for _, label in form.fields["free"].choices]
    assert labels[0] == "Monday 30 November, 09:00"  # Wednesday 25 November is too near
    assert labels[1] == "Monday 30 November, 10:00"  # all of them can be offered together
    assert {label.split()[0] for label in labels} == {"Monday", "Wednesday"}


def test_without_hours_nothing_is_suggested(make_enquiry, locations, therapist_client):
    page = therapist_client.get(reply_url(make_enquiry(), "offer"))

    assert page.context["form"].fields["free"].choices == []
    assert "Free times" not in page.content.decode()


@pytest.mark.parametrize("writes", [True, False])
def test_what_was_agreed_by_phone_is_recorded_with_or_without_a_message(
    make_enquiry, locations, therapist_client, mailoutbox, writes
):
    enquiry = make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations))

    if writes:
        reply_screen.send(reply_screen.preview())
    else:
        reply_screen.record()
        reply_screen.record()

    assert (enquiry.appointments.booked().count(), Enquiry.objects.get().status) == (1, "booked")
    sent = deliver_emails(mailoutbox)
    assert [f"- {AT_TEN}" in message.body for message in sent if message.subject == "Your appointment"] == [
        True
    ] * writes


def test_an_offer_that_they_took_by_phone_is_booked(make_enquiry, locations, actor, therapist_client):
    enquiry = make_enquiry()
    times = [Slot(TEN, locations["harley-street"]), Slot(TEN + timedelta(hours=2), locations["harley-street"])]
    first, _ = appointments.offer(enquiry, times, NOW + timedelta(days=2), NOW, actor=actor, draft=None)

    ReplyScreen(therapist_client, reply_url(enquiry, "agreed", first)).record()

    (booked,) = enquiry.appointments.booked()
    assert booked.starts_at == TEN
    assert not enquiry.appointments.filter(status=Status.PROPOSED).exists()


def test_an_appointment_is_moved(book_appointment, locations, therapist_client, mailoutbox):
    appointment = book_appointment()
    enquiry = appointment.enquiry
    reply_screen = ReplyScreen(
        therapist_client,
        reply_url(enquiry, "move", appointment),
        **slot_fields(locations, at="15:30", place="st-pauls"),
    )

    reply_screen.send(reply_screen.preview())

    moved = enquiry.appointments.get()
    assert (moved.pk, moved.starts_at, moved.location.slug) == (
        appointment.pk,
        TEN.replace(hour=15, minute=30),
        "st-pauls",
    )
    assert "- Tuesday 1 December, 15:30 to 16:00, St Pauls" in deliver_emails(mailoutbox)[0].body


def test_an_appointment_is_cancelled(book_appointment, therapist_client, mailoutbox):
    appointment = book_appointment()
    reply_screen = ReplyScreen(therapist_client, reply_url(appointment.enquiry, "cancel", appointment))

    reply_screen.send(reply_screen.preview())

    appointment.refresh_from_db()
    assert (appointment.status, appointment.cancelled_by) == ("cancelled", "therapist")
    assert f"I have to cancel this appointment:\n\n- {AT_TEN}" in deliver_emails(mailoutbox)[0].body
    assert Enquiry.objects.get().status == "answered"
    assert (
        "Cancelled</strong> by the practice" in therapist_client.get(enquiry_url(appointment.enquiry)).content.decode()
    )


@pytest.mark.parametrize(("purpose", "becomes"), [("decline", "closed"), ("refer", "closed"), ("list", "listed")])
def test_who_is_declined_referred_on_or_listed_is_told(
    make_slot_request, therapist_client, mailoutbox, purpose, becomes
):
    enquiry = make_slot_request()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, purpose))

    reply_screen.send(reply_screen.preview())

    assert Enquiry.objects.get().status == becomes
    assert not enquiry.appointments.filter(status=Status.PENDING).exists()
    assert len(deliver_emails(mailoutbox)) == 1
    assert Reply.objects.get().purpose == purpose


def test_nobody_is_declined_while_an_appointment_is_to_come(make_enquiry, locations, actor, therapist_client):
    enquiry = make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "decline"), body="My words")
    appointments.book_agreed(enquiry, Slot(TEN, locations["harley-street"]), NOW, actor=actor)

    page = reply_screen.preview()
    refusal = "There is an appointment to come: Tuesday 1 December, 10:00, Harley Street. Cancel it first"
    assert refusal in error_messages(page)["__all__"][0]
    assert page.context["form"]["body"].value() == "My words"
    assert Enquiry.objects.get().status == "booked"


def test_a_reply_that_could_not_be_stored_closes_nothing(make_enquiry, therapist_client, monkeypatch):
    enquiry = make_enquiry()
    reply_screen = ReplyScreen(therapist_client, reply_url(enquiry, "decline"))
    page = reply_screen.preview()

    def broken(*args, **kwargs):
        raise NotAllowed("It cannot be stored.")

    monkeypatch.setattr(enquiries, "reply", broken)
    assert "It cannot be stored." in reply_screen.send(page).content.decode()
    assert Enquiry.objects.get().status == "waiting"

"""Every automatic message with its default words, whole. The daily summary is in worker/test_daily_summary.py."""

import pytest

from bookings import private_links
from bookings.messages import emails
from bookings.messages.definitions import automatic_definitions
from bookings.messages.to_person import ACKNOWLEDGE, CONFIRM, REPLY_DELAYED
from bookings.messages.to_therapist import DAILY_SUMMARY, NUDGE, TELL_THERAPIST
from bookings.models import Appointment, Enquiry
from bookings.outbox import enqueue
from practice.facts import practice_row
from practice.models import Location
from tests.bookings.conftest import NOW

DESK = "http://127.0.0.1:8000/admin/bookings/enquiry/{pk}/change/"
PLACE = "Tuesday 1 December 2026, 10:00 to 10:30, London time\nHarley Street"
DEAR = "Dear Zoë O’Hara,\n\n"
NOT_WATCHED = "This mailbox is not watched around the clock. If you or somebody else is in danger now, call 999.\n"
PROMISE = "Your site promised a reply by Wednesday 25 November, 17:00, London time."
LATE = {
    "acknowledge": (
        "We have your message – ref {reference}",
        "Thank you. Your message has arrived.\n\nYour reference is {reference}.\n\n"
        "To change, pause or withdraw your request:\n{link}\n\nYour reference and the four words you were shown open "
        f"it too, from any device:\nhttp://127.0.0.1:8000/private/\n\n{NOT_WATCHED}",
    ),
    "confirm": (
        "Your appointment",
        f"{DEAR}{PLACE}\n\nTo move or cancel it:\n{{link}}\n\nYour reference is {{reference}}.\n",
    ),
    "cancelled": (
        "Your appointment is cancelled",
        f"{DEAR}Your appointment on Tuesday 1 December, 10:00, London time, is cancelled. There is nothing more you "
        "need to do.\n\nIf that was a mistake, you can take it back within an hour of cancelling, while nobody else "
        "has the time. You can also ask for another time, whenever you like:\n{link}\n\n"
        "Your reference is {reference}.\n",
    ),
    "remind": (
        "Your appointment is coming up",
        f"{DEAR}This is the reminder of your appointment.\n\n{PLACE}\n\nIf you cannot come, you can move or cancel it "
        "here:\n{link}\n\nYour reference is {reference}.\n",
    ),
    "reply_delayed": (
        "Your message is not forgotten",
        "We promised you an answer by now, and you do not have it yet. We are sorry. Your message is here and has not "
        "been forgotten; you will hear from us.\n\nYour reference is {reference}. There is nothing you need to do.\n\n"
        f"If you would rather not wait, you can say so here:\n{{link}}\n\n{NOT_WATCHED}",
    ),
    "check_in": (
        "As you asked: a short question",
        "You allowed us one short question on this day: would you like to choose a time now?\n\nIf so, you can do it "
        "here, whenever it suits you:\n{link}\n\nIf not, there is nothing you need to do, and we will not ask again. "
        "Your reference is {reference}.\n",
    ),
    "tell_therapist": (
        "New website message – ref {reference}",
        f"A message is waiting on your website.\n\nRead it here, after signing in:\n{DESK}\n\n"
        "Nothing the person wrote is in this email.\n",
    ),
    "tell_set_aside": (
        "Website messages set aside for a look",
        "Your website has set a message aside because it looks like a robot's.\n\nIf it is a person's after all, you "
        f"can put it back with one click:\n{DESK}\n\nYou will get at most one such email a day; your desk shows how "
        "many are set aside.\n",
    ),
    "tell_addition": (
        "More for a website message – ref {reference}",
        "Somebody who wrote to you has sent the form again with other answers. They are with the first ones; nothing "
        f"is lost.\n\nSee it here, after signing in:\n{DESK}\n\nNothing the person wrote is in this email.\n",
    ),
    "tell_change": (
        "A change on your website – ref {reference}",
        "Somebody has made a change through their private link.\n\nSee it here, after signing in:\n"
        f"{DESK}\n\nNothing about it is in this email.\n",
    ),
    "tell_erased": (
        "A change on your website – ref 7KQM2XHB",
        "The person with the reference 7KQM2XHB has erased their request through their private link. It is deleted, "
        "with everything that belonged to it.\n\nThere is nothing you need to do.\n",
    ),
    "nudge": (
        "Still waiting for you – ref {reference}",
        "A request is still waiting for your answer, which is due by Monday 26 October, 17:00, London time."
        f"\n\nAnswer it here, after signing in:\n{DESK}\n\nThat time has passed. Where they allow email, the person is "
        "told that they are not forgotten.\n",
    ),
}


def compose(message):
    email = emails.compose(message, practice_row(), NOW)
    return email.subject, email.body


def message_body(definition, enquiry, about="", **appointment):
    enqueue(definition, NOW, enquiry=enquiry, about=about, **appointment)
    return compose(enquiry.messages.get(kind=definition.kind, about=about))[1]


def test_each_message_of_the_site(enqueue_each):
    messages = enqueue_each()
    assert messages.keys() == {definition.kind for definition in automatic_definitions()}
    assert compose(messages.pop(DAILY_SUMMARY.kind))[0] == "Today: 1 waiting, mail works"

    assert messages.keys() >= LATE.keys()  # a new message has its words in a test of its own
    for kind in LATE:
        message = messages[kind]
        enquiry = message.enquiry
        values = {"reference": enquiry.reference, "pk": enquiry.pk} if enquiry else {}
        if enquiry:
            values["link"] = private_links.address(enquiry, NOW)
        assert compose(message) == tuple(text.format(**values) for text in LATE[kind])


def test_a_deadline_to_come_is_named(make_enquiry):
    enquiry = make_enquiry()
    enquiry.messages.all().delete()

    assert message_body(ACKNOWLEDGE, enquiry).startswith(
        "Thank you. Your message has arrived. You can expect an answer by Wednesday 25 November, 17:00, London time.\n"
    )
    assert f"\n\n{PROMISE}\n\nNothing" in message_body(TELL_THERAPIST, enquiry)
    assert message_body(NUDGE, enquiry).endswith(
        "\n\nIf that time passes, the person is told that they are not forgotten, where they allow email.\n"
    )


@pytest.mark.parametrize("definition", [ACKNOWLEDGE, REPLY_DELAYED], ids=lambda definition: definition.kind)
def test_a_complaint_has_no_link_and_no_paragraph_about_one(make_enquiry, definition):
    enquiry = make_enquiry(kind=Enquiry.Kind.COMPLAINT)
    enquiry.messages.all().delete()
    reference = f"Your reference is {enquiry.reference}."
    nothing_to_do = " There is nothing you need to do." if definition == REPLY_DELAYED else ""

    assert message_body(definition, enquiry).endswith(f"\n\n{reference}{nothing_to_do}\n\n{NOT_WATCHED}")


def test_a_moved_appointment_is_told_with_its_address(enqueue_each):
    enqueue_each()
    Location.objects.filter(slug="harley-street").update(address="1 Harley Street\nLondon")
    appointment = Appointment.objects.booked().get()
    about = f"{appointment.sequence}:moved"

    assert message_body(CONFIRM, appointment.enquiry, about, appointment=appointment).startswith(
        f"{DEAR}Your appointment has a new time:\n\n{PLACE}\n1 Harley Street\nLondon\n\nTo move"
    )


def test_a_video_link_stands_in_place_of_the_address(enqueue_each):
    message = enqueue_each()["remind"]
    message.appointment.video_link = "https://video.example.org/1"
    message.appointment.location = Location.objects.get(slug="online")

    assert f"\n\n{PLACE.replace('Harley Street', 'Online')}\nhttps://video.example.org/1\n\n" in compose(message)[1]

"""Somebody who rings is stored as a person with an enquiry; nobody waits for a reply, and nothing is sent unasked."""

from datetime import timedelta

import pytest

from bookings import callers, enquiries, idle, people, personal_data, private_links, return_words, search
from bookings.actor import Actor
from bookings.admin import statistics
from bookings.callers import Caller
from bookings.models import Enquiry, Event, Message, Person
from bookings.reply_deadline import ReplyPolicy
from bookings.worker import delivery, timed_messages
from tests.bookings.conftest import NOW


@pytest.fixture
def enter(complimentary, actor):
    """Enters somebody, each from a screen of their own unless it is named."""
    screens = iter(range(1_000))

    def act(*, note="", sends_link=False, screen=None, answers="answers", at=NOW, **changes):
        details = {"name": "Ben Cole", "on_behalf": "myself", "appointment_type": complimentary} | changes
        digest = f"screen {next(screens) if screen is None else screen}"
        return callers.enter(Caller(details, note, sends_link, digest, answers), actor=actor, now=at)

    return act


BY_EMAIL = {"email": "ben@example.org", "channel": "email"}


def test_a_caller_is_stored_as_answered_with_an_event_and_a_note(enter, actor):
    enquiry = enter(note="Rang from work", phone="07700 900 982", channel="phone")

    stored = Enquiry.objects.get()
    assert stored == enquiry
    assert (stored.source, stored.status, stored.reply_due, stored.nudge_at) == ("hand", "answered", NOW, None)
    assert [(event.kind, event.text, event.user) for event in stored.events.all()] == [
        ("entered", "", actor.user),
        ("note", "Rang from work", actor.user),
    ]
    assert (stored.person.name, stored.person.may_phone, stored.person.may_email) == ("Ben Cole", True, False)
    assert search.find(Enquiry.objects.all(), "07700900982").get() == stored


def test_nothing_is_sent_unless_it_is_asked_for(enter):
    enter(**BY_EMAIL)

    assert not Message.objects.exists()


def test_their_private_page_is_sent_where_it_is_asked_for(enter, mailoutbox):
    enquiry = enter(sends_link=True, **BY_EMAIL)
    delivery.send_due(lambda: NOW)

    (message,) = mailoutbox
    assert message.to == ["ben@example.org"]
    assert private_links.address(enquiry, NOW) in message.body
    assert "form" not in message.body
    assert "Ben" not in message.body


def test_a_second_press_stores_nothing(enter):
    first, second = enter(screen=1, note="Once", sends_link=True, **BY_EMAIL), enter(screen=1, note="Once", **BY_EMAIL)

    assert first == second
    assert (Person.objects.count(), Event.objects.count(), Message.objects.count()) == (1, 2, 1)


def test_somebody_else_from_the_same_screen_is_not_lost_without_a_word(enter):
    first = enter(screen=1)

    with pytest.raises(callers.EnteredBeforeError) as refused:
        enter(screen=1, answers="other answers", name="Somebody else")
    assert refused.value.enquiry == first
    assert Person.objects.count() == 1


def test_no_delay_is_confessed_to_somebody_who_was_promised_nothing(enter, actor):
    enquiry = enter(**BY_EMAIL)
    enquiries.change_status(enquiry, Enquiry.Status.WAITING, actor=actor, policy=ReplyPolicy(1), now=NOW)
    assert enquiry.reply_due > NOW

    timed_messages.enqueue_due(NOW + timedelta(days=9))

    assert "nudge" in Message.objects.values_list("kind", flat=True)
    assert not Message.objects.filter(kind="reply_delayed").exists()


def test_a_delay_is_confessed_to_a_caller_who_asked_on_their_page(enter, actor):
    enquiry = enter(**BY_EMAIL)
    policy = ReplyPolicy(1)
    enquiries.change_status(enquiry, Enquiry.Status.WAITING, actor=Actor.PERSON, policy=policy, now=NOW)

    timed_messages.enqueue_due(NOW + timedelta(days=9))

    assert Message.objects.filter(kind="reply_delayed").count() == 1


def test_a_caller_is_closed_and_erased_like_everybody(enter):
    enquiry = enter()
    idle.close_forgotten(NOW + timedelta(days=367))
    enquiry.refresh_from_db()
    assert (enquiry.status, enquiry.keep_until is None) == ("closed", False)

    people.erase(enquiry.person, NOW + timedelta(days=368))
    assert not Person.objects.exists()


def test_the_copy_of_their_data_says_how_it_came(enter):
    facts = dict(personal_data.gather(enter(note="Rang from work").person)[1].facts)

    assert (facts["Came"], facts["Written by"]) == ("By hand", "the practice")
    assert "For" not in facts


def test_statistics_count_callers_and_leave_them_out_of_the_times_to_reply(enter, make_enquiry):
    enter()
    make_enquiry()

    figures = statistics.gather(NOW)
    assert (figures.total, figures.by_hand) == (2, 1)
    assert dict(figures.spread)[statistics.UNANSWERED] == 1


def test_four_words_open_the_page_of_a_caller_and_new_ones_replace_them(enter, actor):
    enquiry = enter()
    words = private_links.give_words(enquiry, "an id", actor=actor, now=NOW)
    again = private_links.give_words(enquiry, "an id", actor=actor, now=NOW)
    assert words == again
    assert enquiry.events.filter(kind=Event.Kind.DIARY).count() == 1
    assert return_words.stored_digest(enquiry.reference, words) == enquiry.link.words_digest

    assert not private_links.has_other_words(enquiry, "an id")
    assert private_links.has_other_words(enquiry, "another id")
    other = private_links.give_words(enquiry, "another id", actor=actor, now=NOW)
    enquiry.link.refresh_from_db()
    assert return_words.words_for(enquiry.link, "another id") == other != words
    assert return_words.words_for(enquiry.link, "an id") == ""

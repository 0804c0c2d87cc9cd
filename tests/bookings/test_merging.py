"""Two people who are one become one person, with both histories and every word; two who are not stay two."""

from datetime import timedelta

import pytest
from django.conf import settings

from bookings import additions, appointments, enquiries, merging, people, personal_data, private_links, search
from bookings.encryption import SealedText
from bookings.exceptions import NotAllowed
from bookings.models import Appointment, DismissedMatch, Enquiry, Event, Message, Person, PersonKey, SearchToken
from bookings.reply_deadline import ReplyPolicy
from bookings.slot import Slot
from practice.models import SiteState
from practice.sealing import opened
from tests.bookings.conftest import NOW
from tests.bookings.encrypted_rows import stored_of
from tests.practice.sealing.conftest import make_therapist, set_up_sealing

PASSWORD = "correct horse battery staple"
LATER = NOW + timedelta(days=3)
REFERRAL = {"on_behalf": "professional", "organisation": "City Practice", "person_initials": "J.B."}


@pytest.fixture
def make_pair(make_rows, make_enquiry):
    """An enquiry with a word in every model, and a later one by phone."""

    def make():
        first = make_rows("Anna Bell")[Enquiry]
        return first, make_enquiry(LATER, name="A. B.", channel="phone", email="zoe@example.org", phone="07700 900 982")

    return make


@pytest.fixture
def merge(actor):
    return lambda one, other: merging.merge(one, other, actor=actor, now=LATER)


def reload(enquiry):
    return Enquiry.objects.get(pk=enquiry.pk)


@pytest.mark.parametrize("is_turned", [False, True])
def test_both_histories_are_one_persons_and_every_word_is_read(make_pair, merge, is_turned):
    first, second = make_pair()
    merge(*((second, first) if is_turned else (first, second)))
    first, second = reload(first), reload(second)

    person = Person.objects.get()
    assert {first.person, second.person} == {person}
    assert (person.name, person.channel, person.phone) == ("A. B.", "phone", "07700 900 982")
    assert first.message == "message of Anna Bell"
    assert first.events.get(kind=Event.Kind.NOTE).text == "note about Anna Bell"
    assert (first.replies.get().subject, first.replies.get().body) == ("subject for Anna Bell", "body for Anna Bell")
    assert first.events.last().text == f"The same person as in {second.reference}\nName, before: Anna Bell"
    assert second.events.last().text == f"The same person as in {first.reference}"
    assert PersonKey.objects.count() == 1
    assert SiteState.load().person_keys_deleted_at is not None


def test_the_one_person_is_found_by_what_counts_now(make_pair, merge):
    first, second = make_pair()
    merge(first, second)

    assert set(search.find(Enquiry.objects.all(), "07700 900982")) == {first, second}
    assert not search.find(Enquiry.objects.all(), "Anna").exists()
    assert set(SearchToken.objects.values_list("person", flat=True)) == {Person.objects.get().pk}


def test_appointments_go_along(make_enquiry, merge, actor, harley_street):
    first, second = make_enquiry(), make_enquiry(LATER)
    booked = appointments.book_agreed(second, Slot(NOW + timedelta(days=7), harley_street), NOW, actor=actor)
    appointments.save_notes(booked, notes="Window seat", video_link="https://example.org/room")
    merge(first, second)

    booked = Appointment.objects.get()
    assert (booked.person, booked.notes) == (reload(first).person, "Window seat")
    assert booked.video_link == "https://example.org/room"
    assert len(personal_data.gather(booked.person)) == 6


def test_sealed_words_stay_sealed_and_are_read_once_opened(make_pair, merge):
    practice = set_up_sealing(make_therapist("owner", PASSWORD), PASSWORD)
    first, second = make_pair()
    before = stored_of(first, "message")
    merge(first, second)

    moved = reload(first if reload(first).person_id != first.person_id else second)
    assert isinstance(moved.message, SealedText)
    assert stored_of(first, "message").startswith("v3:")
    assert (stored_of(first, "message") == before) == (moved != first)
    with opened.lent(practice.keys_of):
        assert reload(first).message == "message of Anna Bell"
        assert reload(second).message == "I would like to talk."
        assert first.events.get(kind=Event.Kind.NOTE).text == "note about Anna Bell"


def test_pressed_twice_it_is_done_once(make_pair, merge):
    first, second = make_pair()
    merge(first, second)
    merge(first, second)

    assert Event.objects.filter(kind=Event.Kind.DIARY).count() == 2
    assert Person.objects.count() == 1


def test_what_was_said_last_counts_and_gaps_are_filled(make_enquiry, merge):
    first = make_enquiry(channel="either", phone="07700 900 982", voicemail_ok=True, good_times="evenings")
    second = make_enquiry(LATER, name="Z.", channel="email", phone="", calendar_ok=True)
    merge(first, second)

    person = Person.objects.get()
    assert (person.name, person.phone, person.good_times) == ("Z.", "07700 900 982", "evenings")
    assert (person.channel, person.voicemail_ok, person.calendar_ok) == ("email", False, True)
    assert not person.may_phone


def test_who_said_nothing_about_it_leaves_what_is_safe_as_it_was(make_enquiry, merge):
    first = make_enquiry(voicemail_ok=True)
    merge(first, make_enquiry(LATER, name="Z.", channel="", email="", source="hand"))

    person = Person.objects.get()
    assert (person.name, person.channel, person.email, person.voicemail_ok) == ("Z.", "email", "zoe@example.org", True)


def test_the_same_referrer_of_two_people_is_one(make_enquiry, merge):
    first, second = make_enquiry(**REFERRAL), make_enquiry(LATER, **REFERRAL)
    merge(first, second)

    assert reload(first).referrer == reload(second).referrer
    assert reload(first).person != reload(second).person
    assert reload(first).message == reload(second).message == "I would like to talk."


def test_who_referred_somebody_is_not_who_was_referred(make_enquiry, merge):
    referral, own = make_enquiry(**REFERRAL), make_enquiry(LATER)
    Enquiry.objects.filter(pk=own.pk).update(person=referral.person)

    with pytest.raises(NotAllowed, match="referred the other"):
        merge(reload(referral), reload(own))


def test_nothing_is_lost_where_a_key_is_missing(make_pair, merge):
    first, second = make_pair()
    PersonKey.objects.filter(person=first.person).update(wrapped=second.person.key.wrapped)

    with pytest.raises(NotAllowed, match="FIELD_KEY"):
        merge(reload(first), reload(second))
    assert (Person.objects.count(), PersonKey.objects.count()) == (2, 2)


def test_nothing_is_lost_where_one_text_cannot_be_read(make_pair, merge):
    first, second = make_pair()
    for enquiry in (first, second):
        Enquiry.objects.filter(pk=enquiry.pk).update(row_id="7e6ae0f5-7bd8-4d6e-a4ce-90f6f8b2f1de")

    with pytest.raises(NotAllowed, match="FIELD_KEY"):
        merge(reload(first), reload(second))
    assert reload(first).person != reload(second).person
    assert Person.objects.count() == 2


def test_a_message_that_is_being_sent_comes_first(make_pair, merge):
    first, second = make_pair()
    Message.objects.filter(enquiry=first).update(leased_until=LATER + timedelta(minutes=1))

    with pytest.raises(NotAllowed, match="being sent"):
        merge(first, second)
    Message.objects.filter(enquiry=first).update(leased_until=LATER)
    merge(first, second)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("has_key", ["first", "second", "neither"])
def test_people_of_an_earlier_release_are_merged_too(make_enquiry, merge, has_key):
    made = []
    for name in ("first", "second"):
        SiteState.load()
        SiteState.objects.update(has_person_keys=has_key == name)
        made.append(make_enquiry(NOW if name == "first" else LATER, message=f"message of the {name}"))
    merge(*made)

    assert [reload(enquiry).message for enquiry in made] == ["message of the first", "message of the second"]
    assert (Person.objects.get().key is None) == (has_key == "neither")


def test_a_link_opens_its_own_request_alone(make_pair, merge):
    first, second = make_pair()
    paths = [private_links.path(enquiry, NOW) for enquiry in (first, second)]
    merge(first, second)

    found = [private_links.find(path.split("/")[2], NOW).enquiry for path in paths]
    assert found == [first, second]


def test_erasing_one_request_leaves_the_person_of_the_other(make_pair, merge):
    first, second = make_pair()
    merge(first, second)
    people.erase_enquiries(Enquiry.objects.filter(pk=first.pk), LATER)
    assert reload(second).person.name == "A. B."

    people.erase(reload(second).person, LATER)
    assert (Person.objects.count(), PersonKey.objects.count()) == (0, 0)


def test_who_sends_a_form_again_as_a_referral_keeps_their_other_request(make_enquiry, merge, details):
    first, second = make_enquiry(), make_enquiry(LATER, message="Another message")
    merge(first, second)
    changed = details | {"message": "", "person_knows": "yes", "name": "Dr Zoë O’Hara"} | REFERRAL
    additions.add(reload(first), changed, [], answers_digest="new", suspicion="", policy=ReplyPolicy(1), now=LATER)

    stored, other = reload(first), reload(second)
    assert (stored.person.name, stored.referrer.name) == ("J.B.", "Dr Zoë O’Hara")
    assert (other.person.name, other.person.email) == ("Zoë O’Hara", "zoe@example.org")
    assert (stored.message, other.message) == ("I would like to talk.", "Another message")


def test_a_note_of_somebody_with_an_old_screen_is_read_too(make_pair, merge, actor):
    first, second = make_pair()
    screens = [Enquiry.objects.with_people().get(pk=enquiry.pk) for enquiry in (first, second)]
    merge(first, second)
    for screen in screens:
        enquiries.note(screen, "Written meanwhile", actor=actor, now=LATER)
        people.correct(screen, {"name": "Anna"}, ["Name"], actor=actor, now=LATER)

        assert [event.text for event in reload(screen).events.order_by("pk")][-2:] == [
            "Written meanwhile",
            "Corrected: Name",
        ]
    assert Person.objects.get().name == "Anna"


def test_who_is_not_the_same_is_remembered_for_whoever_stays(make_enquiry, merge):
    first, second, third = (make_enquiry(NOW + timedelta(days=day)) for day in range(3))
    for one, other in ((second, third), (third, second), (first, second)):
        merging.dismiss(one.person, other.person)
    assert DismissedMatch.objects.count() == 2

    merge(first, second)
    assert merging.dismissed(reload(first).person) == {third.person_id}
    merging.restore(third.person, reload(first).person)
    assert not DismissedMatch.objects.exists()


def test_a_dismissed_match_goes_with_either_of_the_two(make_enquiry):
    first, second, third = make_enquiry(), make_enquiry(), make_enquiry()
    merging.dismiss(first.person, second.person)
    merging.dismiss(second.person, third.person)
    people.erase(first.person, NOW)
    assert merging.dismissed(second.person) == {third.person_id}

    DismissedMatch.objects.update(first_id=first.person_id)  # as the previous release leaves it
    merging.forget_orphans(NOW)
    assert not DismissedMatch.objects.exists()
    assert "bookings.merging.forget_orphans" in settings.RETENTION_TASKS

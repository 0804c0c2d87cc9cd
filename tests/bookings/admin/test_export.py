"""Everything held about one person: complete, without others, read and blacked out before it goes out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings import appointments, enquiries, personal_data
from bookings.encryption import EncryptedTextField
from bookings.models import Enquiry, Person
from bookings.slot import Slot
from tests.bookings.conftest import NOW

REFERRAL = {
    "on_behalf": "professional",
    "name": "Dr Anna Schmidt",
    "organisation": "Elm Surgery",
    "person_initials": "J.B.",
    "person_knows": "yes",
}
NOTE, NOTES, LINK = "She is worried about her brother Tom.", "Notes of the session", "https://video.example.org/1"


@pytest.fixture
def lived_through(make_enquiry, actor, harley_street):
    """Return a function that makes an enquiry with a note, an appointment with notes, a link and a reply."""

    def make(**changes):
        enquiry = make_enquiry(**changes)
        enquiries.note(enquiry, NOTE, actor=actor, now=NOW)
        slot = Slot(NOW + timedelta(days=7), harley_street)
        booked = appointments.book_agreed(enquiry, slot, NOW, actor=actor)
        appointments.save_notes(booked, video_link=LINK, notes=NOTES)
        return enquiry

    return make


def url_of(enquiry, name="export"):
    return reverse(f"admin:bookings_enquiry_{name}", args=[enquiry.pk])


def encrypted_values(enquiry):
    """Every encrypted word about the enquiry and the one who wrote it."""
    rows = [enquiry.contact, enquiry, *enquiry.events.all(), *enquiry.appointments.all(), *enquiry.replies.all()]
    for row in rows:
        for field in row._meta.fields:
            if isinstance(field, EncryptedTextField) and (value := getattr(row, field.name)):
                yield value


def test_the_screen_and_both_files_hold_every_word(lived_through, therapist_client):
    enquiry = lived_through(organisation="Elm Surgery", good_times="After seven")
    screen = therapist_client.get(url_of(enquiry))
    fields = {bound.name: bound.initial for _, texts in screen.context["sections"] for bound in texts}
    page = therapist_client.post(url_of(enquiry), fields | {"as": "html"})
    data = therapist_client.post(url_of(enquiry), fields | {"as": "json"})

    assert page.headers["Content-Disposition"] == f'attachment; filename="{enquiry.reference}.html"'
    assert data.headers["Content-Disposition"] == f'attachment; filename="{enquiry.reference}.json"'
    words = list(encrypted_values(Enquiry.objects.get()))
    assert {NOTE, NOTES, LINK, "Elm Surgery", "After seven"} <= set(words)
    for response in (screen, page, data):
        assert "no-store" in response.headers["Cache-Control"]
        text = response.content.decode().replace("&#x27;", "'")
        assert [word for word in words if word not in text] == []
        assert enquiry.reference in text


def test_what_is_blacked_out_is_in_no_file_and_stays_in_the_enquiry(lived_through, therapist_client):
    enquiry = lived_through()
    texts = {text.key: text.text for section in personal_data.gather(enquiry.contact) for text in section.texts}
    note, notes = (next(key for key, text in texts.items() if text == words) for words in (NOTE, NOTES))
    for file_format in ("html", "json"):
        changed = texts | {note: "She is worried about […].", notes: "", "as": file_format}
        file = therapist_client.post(url_of(enquiry), changed).content.decode()
        assert "She is worried about […]." in file
        assert "Tom" not in file
        assert NOTES not in file

    assert NOTE in [event.text for event in enquiry.events.all()]


def test_nothing_about_the_other_of_a_referral(lived_through, therapist_client):
    referral = lived_through(**REFERRAL)
    of_the_person, of_the_referrer = (
        str(personal_data.as_json(personal_data.gather(whose))) for whose in (referral.person, referral.referrer)
    )

    assert "J.B." in of_the_person
    assert "a professional who referred you" in of_the_person
    assert not [word for word in ("Anna Schmidt", "Elm Surgery", "zoe@example.org") if word in of_the_person]
    assert "Anna Schmidt" in of_the_referrer
    assert "J.B." not in of_the_referrer


def test_no_digest_key_or_account_of_ours_is_in_it(lived_through, actor):
    enquiry = lived_through()
    data = str(personal_data.as_json(personal_data.gather(enquiry.person)))

    for secret in (actor.user.username, enquiry.link.digest if hasattr(enquiry, "link") else "digest", "message_id"):
        assert secret not in data


DETAILS = {"name": "Zora O’Neil", "channel": "either", "email": "zora@example.org", "phone": "07700 900 555"}


def test_details_are_corrected_on_the_desk(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    response = therapist_client.post(url_of(enquiry, "correct"), DETAILS | {"voicemail_ok": "on"}, follow=True)

    person = Person.objects.get()
    assert {name: getattr(person, name) for name in DETAILS} == DETAILS
    assert (person.voicemail_ok, person.text_ok) == (True, False)
    assert "Corrected." in response.content.decode()
    assert "Corrected: Name" in Enquiry.objects.get().events.last().text
    assert "Zora" not in Enquiry.objects.get().events.last().text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": " "}, "Enter a name"),
        ({"email": ""}, "Enter an email address"),
        ({"email": "zora"}, "Enter an email address"),
        ({"phone": ""}, "Enter a phone number"),
        ({"channel": "pigeon"}, "Select email, phone, or email or phone"),
    ],
)
def test_details_that_can_not_be_are_refused_and_kept_in_the_form(make_enquiry, therapist_client, changes, problem):
    enquiry = make_enquiry()
    response = therapist_client.post(url_of(enquiry, "correct"), DETAILS | changes)

    assert problem in response.content.decode()
    assert "Nothing has been saved yet." in response.content.decode()
    assert Person.objects.get().name == "Zoë O’Hara"


def test_nothing_changed_is_no_event(make_enquiry, therapist_client):
    enquiry = make_enquiry()
    form = therapist_client.get(url_of(enquiry, "correct")).context["form"]
    answers = {name: value for name, value in form.initial.items() if value not in (False, "")}
    before = enquiry.events.count()
    response = therapist_client.post(url_of(enquiry, "correct"), answers)

    assert response.status_code == 302
    assert enquiry.events.count() == before


def test_details_that_can_not_be_read_are_not_overwritten(make_enquiry, therapist_client, settings):
    enquiry = make_enquiry()
    keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["Zm9yIGEgdGVzdCBvbmx5LCAzMiBieXRlcyBsb25nISE="]
    page = therapist_client.get(url_of(enquiry, "correct"))
    assert "name" not in page.context["form"].fields
    therapist_client.post(url_of(enquiry, "correct"), {"channel": "email", "text_ok": "on"})

    settings.FIELD_KEYS = keys
    person = Person.objects.get()
    assert (person.name, person.email, person.text_ok) == ("Zoë O’Hara", "zoe@example.org", True)

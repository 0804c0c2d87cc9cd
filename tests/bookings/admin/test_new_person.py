"""“New person”: somebody who rings is entered, and what can't be right is asked about without losing anything."""

import pytest
from django.urls import reverse

from bookings.forms import new_person
from bookings.models import AppointmentType, Enquiry, Message, Person
from practice.models import AuditEntry, DeskRole
from tests.bookings.admin.replies.helpers import ReplyScreen, enquiry_url, page_text, reply_url, slot_fields

URL = "/admin/bookings/enquiry/new-person/"


@pytest.fixture
def fill_in(therapist_client):
    """Sends the screen as it comes, with what is filled in."""

    def send(client=therapist_client, **filled):
        form = client.get(URL).context["form"]
        values = {name: form[name].value() or "" for name in ("idempotency_key", "appointment_type")}
        values["appointment_type"] = str(next(iter(form.types)))
        return client.post(URL, values | {"name": "Ben Cole"} | filled)

    return send


def is_offered(client, url):
    return f'href="{URL}"' in client.get(url).content.decode()


def test_the_desk_and_the_list_lead_there_for_who_may(therapist_client, client_as):
    for client in (therapist_client, client_as(DeskRole.ASSISTANT)):
        assert is_offered(client, reverse("admin:index"))
        assert is_offered(client, reverse("admin:bookings_enquiry_changelist"))
    assert not is_offered(client_as(DeskRole.EDITOR), reverse("admin:index"))


def test_a_name_is_enough_and_leads_on_to_booking(fill_in, actor):
    response = fill_in(name="B. C.")

    enquiry = Enquiry.objects.get()
    assert response.url == reply_url(enquiry, "agreed")
    assert (enquiry.source, enquiry.person.name, enquiry.person.channel) == ("hand", "B. C.", "")
    assert enquiry.appointment_type == AppointmentType.objects.active().first()
    entry = AuditEntry.objects.get(kind=AuditEntry.Kind.ADDED)
    assert (entry.username, entry.reference) == (actor.user.username, enquiry.reference)


def test_there_are_five_fields_and_the_first_type_is_selected(therapist_client):
    page = therapist_client.get(URL)
    form = page.context["form"]
    in_one_control = {"safe", "sends_link"}
    assert len([field for field in form.visible_fields() if field.name not in in_one_control]) + 1 == 5
    assert form["appointment_type"].field.choices[0][0] == str(AppointmentType.objects.active().first().pk)
    assert "checked" not in page.content.decode()


@pytest.mark.parametrize(
    ("filled", "stored"),
    [
        ({"reach": " Ben@example.org ", "safe": ["email"]}, ("Ben@example.org", "", "email")),
        ({"reach": "07700 900 982", "safe": ["phone", "voicemail_ok"]}, ("", "07700 900 982", "phone")),
        ({"reach": "07700 900 982", "safe": ["phone", "email"]}, ("", "07700 900 982", "either")),
        ({"reach": "07700 900 982"}, ("", "07700 900 982", "")),
        ({"reach": ""}, ("", "", "")),
    ],
)
def test_one_field_takes_an_address_or_a_number(fill_in, filled, stored):
    fill_in(**filled)

    person = Person.objects.get()
    assert (person.email, person.phone, person.channel) == stored
    assert person.voicemail_ok == ("voicemail_ok" in filled.get("safe", []))
    assert (person.text_ok, person.calendar_ok, person.name_practice_ok) == (False, False, False)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("filled", "field", "sentence"),
    [
        ({"name": "  "}, "name", "Enter a name or initials"),
        ({"name": "x" * 201}, "name", "Name or initials must be 200 characters or fewer"),
        ({"reach": "ben@"}, "reach", "Enter an email address in the correct format, like name@example.com"),
        ({"reach": "ring me"}, "reach", new_person.NO_WAY),
        ({"reach": "0770"}, "reach", new_person.NO_WAY),
        ({"reach": "ben@example.org or 07700 900 982"}, "reach", new_person.ONLY_ONE),
        ({"reach": "07700 900 982", "safe": ["email"]}, "safe", new_person.TICK_RING),
        ({"reach": "ben@example.org", "safe": ["phone"]}, "safe", new_person.TICK_EMAIL),
        ({"reach": "", "safe": ["email"]}, "reach", new_person.NOTHING_TO_USE),
        ({"reach": "ben@example.org", "sends_link": "on"}, "sends_link", new_person.CANNOT_SEND),
        (
            {"reach": "07700 900 982", "safe": ["phone", "email"], "sends_link": "on"},
            "sends_link",
            new_person.CANNOT_SEND,
        ),
        ({"appointment_type": "999"}, "appointment_type", "Choose what they ask for"),
        ({"note": "x" * 10_001}, "note", "Private note must be 10,000 characters or fewer"),
    ],
)
def test_what_cannot_be_right_is_asked_about_and_kept(fill_in, filled, field, sentence):
    response = fill_in(**{"note": "Rang from work"} | filled)

    assert response.status_code == 200
    assert not Enquiry.objects.exists()
    assert response.context["form"].errors[field] == [sentence]
    assert page_text(response).count(sentence) == 2
    assert response.context["form"]["note"].value() == filled.get("note", "Rang from work")


def test_a_name_of_200_letters_is_stored_whole(fill_in, therapist_client):
    fill_in(name="x" * 200)

    assert Person.objects.get().name == "x" * 200
    assert "x" * 200 in page_text(therapist_client.get(enquiry_url(Enquiry.objects.get())))


def test_the_private_page_is_sent_where_it_is_ticked(fill_in):
    fill_in(reach="ben@example.org", safe=["email"], sends_link="on")

    assert Message.objects.get().kind == "private_page"


def test_a_double_press_stores_once_and_other_answers_are_asked_about(fill_in):
    first = fill_in(idempotency_key="one", name="Ben Cole")
    assert fill_in(idempotency_key="one", name="Ben Cole").url == first.url
    other = fill_in(idempotency_key="one", name="Anna Bell")

    assert Person.objects.count() == 1
    assert "Ben Cole was entered from this page already." in page_text(other)
    form = other.context["form"]
    assert form["name"].value() == "Anna Bell"
    fill_in(idempotency_key=form["idempotency_key"].value(), name="Anna Bell")
    assert {person.name for person in Person.objects.all()} == {"Ben Cole", "Anna Bell"}


def test_an_assistant_enters_somebody_and_leaves_a_note(fill_in, client_as, therapist_client):
    assistant = client_as(DeskRole.ASSISTANT)
    assert "you can’t read it afterwards" in page_text(assistant.get(URL))
    assert fill_in(client=assistant, note="Rang from work").status_code == 302

    enquiry = Enquiry.objects.get()
    assert "Rang from work" not in page_text(assistant.get(enquiry_url(enquiry)))
    assert "Entered by you" in page_text(assistant.get(enquiry_url(enquiry)))
    text = page_text(therapist_client.get(enquiry_url(enquiry)))
    assert "Rang from work" in text
    assert "Entered by hand" in text


def test_without_an_appointment_type_the_screen_says_so(therapist_client):
    AppointmentType.objects.update(is_active=False)

    assert "Add an appointment type" in page_text(therapist_client.get(URL))
    assert therapist_client.post(URL, {"name": "Ben"}).status_code == 200
    assert not Enquiry.objects.exists()


@pytest.mark.usefixtures("at_noon")
def test_what_was_agreed_is_booked_without_a_message(fill_in, therapist_client, locations):
    fill_in()
    enquiry = Enquiry.objects.get()
    screen = ReplyScreen(therapist_client, reply_url(enquiry, "agreed"), **slot_fields(locations))

    assert "It is booked." in page_text(screen.record())
    assert enquiry.appointments.get().status == "booked"
    assert not Message.objects.filter(kind="reply").exists()


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("filled", "said", "label", "history"),
    [
        (
            {"reach": "07700 900 982", "safe": ["phone"]},
            "There’s no email address for them, so nothing is sent.",
            "I have told them by phone",
            "they were told by phone",
        ),
        ({}, "There’s no way to reach", "I’ll tell them when I can", "they can’t be reached, and were sent nothing"),
    ],
)
def test_a_letter_that_cannot_leave_says_what_can_be_done(fill_in, therapist_client, filled, said, label, history):
    fill_in(**filled)
    enquiry = Enquiry.objects.get()
    screen = ReplyScreen(therapist_client, reply_url(enquiry, "list"))
    text = page_text(therapist_client.get(screen.url))
    assert said in text
    assert label in text
    assert "Preview" not in text

    screen.record(told="on")
    assert enquiry.events.last().text == f"Put on the waiting list; {history}"


def test_the_screen_of_a_caller_says_nothing_of_the_form(fill_in, therapist_client):
    fill_in()
    text = page_text(therapist_client.get(enquiry_url(Enquiry.objects.get())))

    assert "There’s no way to reach them" in text
    for sentence in ("They chose phone only", "No message.", "Not ready to choose", "No preference", "Acknowledgement"):
        assert sentence not in text
    assert "<dt>For</dt>" not in text


def test_an_address_that_may_not_be_used_is_shown_as_such(fill_in, therapist_client):
    fill_in(reach="ben@example.org")

    text = page_text(therapist_client.get(enquiry_url(Enquiry.objects.get())))
    assert "Email, not to be used" in text
    assert "Don’t email" in text

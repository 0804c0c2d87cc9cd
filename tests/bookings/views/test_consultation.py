import re

import pytest
import time_machine

from bookings import formatting
from bookings.models import Enquiry
from tests.bookings import texts
from tests.bookings.conftest import NOW, error_summary

URL = "/consultation/"


def test_a_sent_form_leads_to_a_confirmation_with_reference_and_deadline(submit_form, client, answers):
    response = submit_form(answers)

    enquiry = Enquiry.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"/consultation/received/{enquiry.reference}/"
    with time_machine.travel(NOW, tick=False):
        page = client.get(response.headers["Location"]).content.decode()
    assert enquiry.reference in page
    assert texts.REPLY_BY in page
    assert "Zoë" not in page
    assert "116 123" in page


def test_every_answer_is_kept(submit_form, answers):
    either = {"channel": "either", "phone": "07700 900 982"}
    submit_form(answers | either | {"safe": ["voicemail_ok", "calendar_ok"], "good_times": "after 7pm"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.appointment_type.slug) == ("request", "complimentary-consultation")
    assert (enquiry.on_behalf, enquiry.location.slug) == ("myself", "harley-street")
    assert (enquiry.days, enquiry.parts) == ([0, 2], ["morning", "evening"])
    person = enquiry.person
    assert (person.name, person.channel, person.email) == (
        "Zoë O’Hara",
        "either",
        "zoe@example.org",
    )
    assert (
        enquiry.contact.voicemail_ok,
        enquiry.contact.text_ok,
        enquiry.contact.calendar_ok,
        enquiry.contact.name_practice_ok,
    ) == (
        True,
        False,
        True,
        False,
    )
    assert (enquiry.contact.good_times, enquiry.message) == ("after 7pm", "I would like to talk.")
    assert enquiry.received_at == NOW
    assert enquiry.status == Enquiry.Status.WAITING


def test_an_empty_form_names_every_missing_answer_and_leads_to_it(submit_form):
    response = submit_form({})

    assert response.status_code == 200
    assert error_summary(response) == [
        ("Select what you would like", "id_appointment_type_0"),
        ("Select who it is for", "id_on_behalf_0"),
        (texts.LOCATION_MISSING, "id_location_0"),
        (texts.TIMING_MISSING, "id_timing_0"),
        (texts.NAME_MISSING, "id_name"),
        ("Select email, phone, or email or phone", "id_channel_0"),
    ]
    page = response.content.decode()
    assert "<title>Error: Request a consultation" in page
    for _, target in error_summary(response):
        assert f'href="#{target}"' in page
        assert f'id="{target}"' in page


def test_the_error_summary_is_the_first_thing_in_main_and_takes_the_focus(submit_form):
    page = submit_form({}).content.decode()

    main = page.split("<main")[1].split(">", 1)[1].lstrip()
    assert main.startswith('<div class="error-summary" tabindex="-1" autofocus>')


def test_a_message_stands_between_hint_and_input_and_is_tied_to_it(submit_form, answers):
    page = submit_form(answers | {"name": ""}).content.decode()

    field = page.split('<label for="id_name">')[1].split("</div>")[0]
    hint, error, box = field.index("id_name_helptext"), field.index("id_name_error"), field.index("<input")
    assert hint < error < box
    assert '<span class="visually-hidden">Error:</span> Enter your name' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field


def test_nothing_is_preselected_required_or_starred(client, db):
    page = client.get(URL).content.decode()

    form = page.split("<form")[1].split("</form>")[0]
    assert not re.search(r"\b(checked|required|maxlength)\b", form)
    assert "*" not in form
    assert "novalidate" in form


def test_a_wrong_form_keeps_everything_that_was_typed(submit_form, answers):
    typed = answers | {"name": "", "message": "مرحبا <b>🙂</b>", "good_times": "after 7pm"}

    page = submit_form(typed).content.decode()

    assert "مرحبا &lt;b&gt;🙂&lt;/b&gt;" in page
    assert 'value="after 7pm"' in page
    assert 'value="zoe@example.org"' in page
    assert page.count(" checked") == 9


@pytest.mark.parametrize(
    ("channel", "given", "messages"),
    [
        ("email", {"email": ""}, [texts.EMAIL_MISSING]),
        ("phone", {"phone": ""}, ["Enter a phone number"]),
        ("either", {"email": "", "phone": ""}, [texts.EMAIL_MISSING, "Enter a phone number"]),
        ("email", {"email": "zoe@"}, ["Enter an email address in the correct format, like name@example.com"]),
        ("phone", {"phone": "call me"}, ["Enter a phone number, like 07700 900 982 or +44 808 157 0192"]),
    ],
)
def test_the_chosen_channel_needs_its_address(submit_form, answers, channel, given, messages):
    response = submit_form(answers | {"channel": channel} | given)

    assert [message for message, _ in error_summary(response)] == messages
    assert not Enquiry.objects.exists()


def test_an_address_for_a_channel_not_chosen_is_not_kept_even_if_malformed(submit_form, answers):
    submit_form(answers | {"channel": "phone", "phone": "+971 50 123 4567", "email": "half an addr"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.contact.email, enquiry.contact.phone) == ("", "+971 50 123 4567")
    assert not enquiry.contact.may_email


@pytest.mark.parametrize("phone", ["07700 900982", "+44 (0)20 7946 0018", "0033 1 23 45 67 89", "020-7946-0018 ext. 4"])
def test_phone_numbers_are_taken_in_any_format(submit_form, answers, phone):
    submit_form(answers | {"channel": "phone", "phone": phone})

    assert Enquiry.objects.get().contact.phone == phone


def test_a_professional_says_where_they_work_and_whether_the_person_knows(submit_form, answers):
    response = submit_form(answers | {"on_behalf": "professional", "name": ""})

    assert error_summary(response) == [
        ("Enter your organisation", "id_organisation"),
        ("Select whether the person knows that you are writing", "id_person_knows_0"),
        (texts.NAME_MISSING, "id_name"),
    ]


def test_a_professional_is_the_one_who_is_answered(submit_form, answers):
    referral = {
        "on_behalf": "professional",
        "organisation": "City Practice",
        "person_initials": "J.B.",
        "person_knows": "no",
    }
    submit_form(answers | referral | {"name": "Dr Anna Schmidt"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.referrer.name, enquiry.referrer.organisation, enquiry.person.name) == (
        "Dr Anna Schmidt",
        "City Practice",
        "J.B.",
    )
    assert enquiry.contact == enquiry.referrer
    assert not enquiry.person.may_email
    assert not enquiry.person.may_phone
    assert formatting.contact_name(enquiry) == "Dr Anna Schmidt, for J.B."
    assert formatting.safe_contact(enquiry)[0] == (False, "The person referred doesn’t know yet: don’t contact them")


def test_answers_meant_for_a_professional_are_not_kept_from_others(submit_form, answers):
    submit_form(answers | {"organisation": "Clinic", "person_initials": "J.B.", "person_knows": "yes"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.person.organisation, enquiry.referrer, enquiry.person_knows) == ("", None, "")


def test_a_permission_that_does_not_fit_the_channel_is_not_kept(submit_form, answers):
    submit_form(answers | {"safe": ["voicemail_ok", "text_ok", "calendar_ok", "name_practice_ok"]})

    enquiry = Enquiry.objects.get()
    assert (
        enquiry.contact.voicemail_ok,
        enquiry.contact.text_ok,
        enquiry.contact.calendar_ok,
        enquiry.contact.name_practice_ok,
    ) == (
        False,
        False,
        True,
        True,
    )


def test_not_ready_to_choose_is_a_valid_answer(submit_form, answers):
    submit_form(answers | {"timing": "not-ready"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.days, enquiry.parts) == ([], [])


def test_saying_when_needs_days_and_parts_of_the_day(submit_form, answers):
    response = submit_form(answers | {"days": [], "parts": []})

    assert error_summary(response) == [
        ("Select at least one day", "id_days_0"),
        ("Select morning, afternoon or evening", "id_parts_0"),
    ]


def test_no_preference_leaves_the_location_open(submit_form, answers):
    submit_form(answers | {"location": "no-preference"})

    assert Enquiry.objects.get().location is None


def test_an_unknown_location_is_asked_for_again(submit_form, answers):
    response = submit_form(answers | {"location": "paris"})

    assert error_summary(response) == [(texts.LOCATION_MISSING, "id_location_0")]


@pytest.mark.parametrize(
    "hidden", [{"person_initials": "a" * 30}, {"organisation": "a" * 300}, {"timing": "not-ready", "days": ["9"]}]
)
def test_what_is_wrong_with_an_answer_to_a_hidden_question_does_not_matter(submit_form, answers, hidden):
    assert submit_form(answers | hidden).status_code == 302

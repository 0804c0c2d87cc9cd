import re
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse

from bookings import wording
from bookings.models import Enquiry, Event, Notification
from practice import facts, notices
from tests.bookings.conftest import NOW, fresh_token

URL = "/consultation/"


def errors_of(response):
    """(message, target) of the summary, in the order shown."""
    return [(item["message"], item["target"]) for item in response.context["summary"]]


def test_a_sent_form_leads_to_a_confirmation_with_reference_and_deadline(send, client, answers):
    response = send(answers)

    enquiry = Enquiry.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == f"/consultation/received/{enquiry.reference}/"
    page = client.get(response.headers["Location"]).content.decode()
    assert enquiry.reference in page
    assert "Wednesday 25 November, 17:00" in page
    assert "Zoë" not in page
    assert "116 123" in page


def test_every_answer_is_kept(send, answers):
    either = {"channel": "either", "phone": "07700 900 982"}
    send(answers | either | {"safe": ["voicemail_ok", "calendar_ok"], "good_times": "after 7pm"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.kind, enquiry.on_behalf, enquiry.location.slug) == ("complimentary", "myself", "harley-street")
    assert (enquiry.days, enquiry.parts) == ([0, 2], ["morning", "evening"])
    assert (enquiry.name, enquiry.channel, enquiry.email) == ("Zoë O’Hara", "either", "zoe@example.org")
    assert (enquiry.voicemail_ok, enquiry.text_ok, enquiry.calendar_ok, enquiry.name_practice_ok) == (
        True,
        False,
        True,
        False,
    )
    assert (enquiry.good_times, enquiry.message) == ("after 7pm", "I would like to talk.")
    assert enquiry.received_at == NOW
    assert enquiry.status == Enquiry.Status.WAITING


def test_an_empty_form_names_every_missing_answer_and_leads_to_it(send):
    response = send({})

    assert response.status_code == 200
    assert errors_of(response) == [
        ("Select a complimentary consultation or a private session", "id_kind_0"),
        ("Select who it is for", "id_on_behalf_0"),
        ("Select where you would like to meet", "id_location_0"),
        ("Select whether you would like to say when", "id_timing_0"),
        ("Enter your name", "id_name"),
        ("Select email, phone, or email or phone", "id_channel_0"),
    ]
    page = response.content.decode()
    assert "<title>Error: Request a consultation" in page
    for _, target in errors_of(response):
        assert f'href="#{target}"' in page
        assert f'id="{target}"' in page


def test_the_error_summary_is_the_first_thing_in_main_and_takes_the_focus(send):
    page = send({}).content.decode()

    main = page.split("<main")[1].split(">", 1)[1].lstrip()
    assert main.startswith('<div class="error-summary" tabindex="-1" autofocus>')


def test_a_message_stands_between_hint_and_input_and_is_tied_to_it(send, answers):
    page = send(answers | {"name": ""}).content.decode()

    field = page.split('<label for="id_name">')[1].split("</div>")[0]
    hint, error, box = field.index("id_name_helptext"), field.index("id_name_error"), field.index("<input")
    assert hint < error < box
    assert '<span class="hidden-word">Error:</span> Enter your name' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'aria-invalid="true"' in field


def test_nothing_is_preselected_required_or_starred(client, db):
    page = client.get(URL).content.decode()

    form = page.split("<form")[1].split("</form>")[0]
    assert not re.search(r"\b(checked|required|maxlength)\b", form)
    assert "*" not in form
    assert "novalidate" in form


def test_a_wrong_form_keeps_everything_that_was_typed(send, answers):
    typed = answers | {"name": "", "message": "مرحبا <b>🙂</b>", "good_times": "after 7pm"}

    page = send(typed).content.decode()

    assert "مرحبا &lt;b&gt;🙂&lt;/b&gt;" in page
    assert 'value="after 7pm"' in page
    assert 'value="zoe@example.org"' in page
    assert page.count(" checked") == 9


@pytest.mark.parametrize(
    ("channel", "given", "messages"),
    [
        ("email", {"email": ""}, ["Enter an email address"]),
        ("phone", {"phone": ""}, ["Enter a phone number"]),
        ("either", {"email": "", "phone": ""}, ["Enter an email address", "Enter a phone number"]),
        ("email", {"email": "zoe@"}, ["Enter an email address in the correct format, like name@example.com"]),
        ("phone", {"phone": "call me"}, ["Enter a phone number, like 07700 900 982 or +44 808 157 0192"]),
    ],
)
def test_the_chosen_channel_needs_its_address(send, answers, channel, given, messages):
    response = send(answers | {"channel": channel} | given)

    assert [message for message, _ in errors_of(response)] == messages
    assert not Enquiry.objects.exists()


def test_an_address_for_a_channel_not_chosen_is_not_kept_even_if_malformed(send, answers):
    send(answers | {"channel": "phone", "phone": "+971 50 123 4567", "email": "half an addr"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.email, enquiry.phone) == ("", "+971 50 123 4567")
    assert not enquiry.may_email


@pytest.mark.parametrize("phone", ["07700 900982", "+44 (0)20 7946 0018", "0033 1 23 45 67 89", "020-7946-0018 ext. 4"])
def test_phone_numbers_are_taken_in_any_format(send, answers, phone):
    send(answers | {"channel": "phone", "phone": phone})

    assert Enquiry.objects.get().phone == phone


def test_a_professional_says_where_they_work_and_whether_the_person_knows(send, answers):
    response = send(answers | {"on_behalf": "professional", "name": ""})

    assert errors_of(response) == [
        ("Enter your organisation", "id_organisation"),
        ("Select whether the person knows that you are writing", "id_person_knows_0"),
        ("Enter your name", "id_name"),
    ]


def test_a_professional_is_the_one_who_is_answered(send, answers):
    referral = {
        "on_behalf": "professional",
        "organisation": "City Practice",
        "person_initials": "J.B.",
        "person_knows": "no",
    }
    send(answers | referral | {"name": "Dr Anna Schmidt"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.name, enquiry.organisation, enquiry.person_initials) == ("Dr Anna Schmidt", "City Practice", "J.B.")
    assert wording.who(enquiry) == "Dr Anna Schmidt, for J.B."
    assert wording.safe_contact(enquiry)[0] == (False, "The person referred does not know yet: do not contact them")


def test_answers_meant_for_a_professional_are_not_kept_from_others(send, answers):
    send(answers | {"organisation": "Clinic", "person_initials": "J.B.", "person_knows": "yes"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.organisation, enquiry.person_initials, enquiry.person_knows) == ("", "", "")


def test_a_permission_that_does_not_fit_the_channel_is_not_kept(send, answers):
    send(answers | {"safe": ["voicemail_ok", "text_ok", "calendar_ok", "name_practice_ok"]})

    enquiry = Enquiry.objects.get()
    assert (enquiry.voicemail_ok, enquiry.text_ok, enquiry.calendar_ok, enquiry.name_practice_ok) == (
        False,
        False,
        True,
        True,
    )


def test_not_ready_to_choose_is_a_valid_answer(send, answers):
    send(answers | {"timing": "not-ready"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.days, enquiry.parts) == ([], [])


def test_saying_when_needs_days_and_parts_of_the_day(send, answers):
    response = send(answers | {"days": [], "parts": []})

    assert errors_of(response) == [
        ("Select at least one day", "id_days_0"),
        ("Select morning, afternoon or evening", "id_parts_0"),
    ]


def test_no_preference_leaves_the_location_open(send, answers):
    send(answers | {"location": "no-preference"})

    assert Enquiry.objects.get().location is None


def test_an_unknown_location_is_asked_for_again(send, answers):
    response = send(answers | {"location": "paris"})

    assert errors_of(response) == [("Select where you would like to meet", "id_location_0")]


def test_a_double_click_or_reload_makes_one_enquiry(send, answers):
    first, second = send(answers), send(answers)

    assert first.headers["Location"] == second.headers["Location"]
    assert Enquiry.objects.count() == 1
    assert Notification.objects.count() == 2


def test_back_and_send_makes_no_second_enquiry_although_the_page_was_new(send, answers):
    send(answers)
    send(answers | {"token": fresh_token(NOW)})

    assert Enquiry.objects.count() == 1


def test_the_same_wish_half_an_hour_later_is_a_new_enquiry(send, answers):
    send(answers)
    later = NOW + timedelta(minutes=31)
    send(answers | {"token": fresh_token(later)}, at=later)

    assert Enquiry.objects.count() == 2


def test_the_same_wish_after_an_answer_is_a_new_enquiry(send, answers):
    send(answers)
    Enquiry.objects.update(status="closed")
    send(answers | {"token": fresh_token(NOW)})

    assert Enquiry.objects.waiting().count() == 1


def test_a_second_try_after_being_set_aside_is_a_new_enquiry(send, answers):
    send(answers | {"token": fresh_token(NOW + timedelta(minutes=1))})
    send(answers)

    assert sorted(Enquiry.objects.values_list("status", flat=True)) == ["set_aside", "waiting"]


def test_going_back_to_correct_an_answer_makes_a_second_enquiry(send, answers):
    send(answers)
    send(answers | {"email": "zoe.new@example.org"})

    assert {enquiry.email for enquiry in Enquiry.objects.all()} == {"zoe@example.org", "zoe.new@example.org"}


def test_a_form_left_open_for_more_than_a_day_is_shown_again_with_its_answers(send, answers):
    late = NOW.replace(day=26)

    response = send(answers, at=late)

    assert errors_of(response)[0][0].startswith("This page was open for more than a day.")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    with time_machine.travel(late, tick=False):
        fresh = response.context["form"]["token"].value()
    assert fresh != answers["token"]
    assert send(answers | {"token": fresh}, at=late.replace(hour=13)).status_code == 302


def test_a_missing_csrf_cookie_shows_the_form_again_with_its_answers(db, answers):
    response = Client(enforce_csrf_checks=True).post(URL, answers)

    assert response.status_code == 403
    assert errors_of(response)[0][0].startswith("Your browser did not send back the cookie")
    assert 'value="Zoë O’Hara"' in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store, private"


def test_form_and_confirmation_are_never_stored(send, client, answers):
    for response in (client.get(URL), client.get(send(answers).headers["Location"])):
        assert response.headers["Cache-Control"] == "no-store, private"


def test_the_form_can_be_found_by_search_engines_and_the_confirmation_cannot(send, client, answers):
    form, confirmation = client.get(URL), client.get(send(answers).headers["Location"])

    assert '<link rel="canonical" href="http://127.0.0.1:8000/consultation/">' in form.content.decode()
    assert "noindex" not in form.content.decode()
    assert '<meta name="robots" content="noindex">' in confirmation.content.decode()


@pytest.mark.parametrize("reference", ["NQSVCHRF", "nqsvchrf", "%00", "short", "0" * 8])
def test_an_unknown_reference_is_not_found(client, db, reference):
    assert client.get(f"/consultation/received/{reference}/").status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_other_methods_are_refused(client, db, method):
    assert getattr(client, method)(URL).status_code == 405


def test_only_the_form_sets_a_cookie_and_it_is_the_csrf_one(send, client, answers):
    assert list(client.get(URL).cookies) == ["form"]
    assert list(client.get(send(answers).headers["Location"]).cookies) == []


def test_one_address_is_acknowledged_once_a_day(send, answers):
    send(answers)
    send(answers | {"message": "And another thing"})
    later = NOW + timedelta(days=1, minutes=1)
    send(answers | {"message": "And a third", "token": fresh_token(later)}, at=later)

    assert Notification.objects.filter(kind="acknowledge").count() == 2
    assert Notification.objects.filter(kind="tell_therapist").count() == 3


def test_sending_the_form_takes_at_most_twelve_queries(send, answers, django_assert_max_num_queries):
    send(answers | {"name": "Somebody else", "email": "else@example.org"})

    with django_assert_max_num_queries(12):
        assert send(answers).status_code == 302


def test_a_failing_database_keeps_what_was_typed(send, answers, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("disk full")

    monkeypatch.setattr(Enquiry, "save", fail)
    response = send(answers)

    assert response.status_code == 503
    assert errors_of(response)[0][0].startswith("Something went wrong here")
    assert 'value="Zoë O’Hara"' in response.content.decode()


def test_what_happened_is_recorded_with_the_enquiry(send, answers):
    send(answers)

    enquiry = Enquiry.objects.get()
    assert [(event.kind, event.at, event.text) for event in enquiry.events.all()] == [(Event.Kind.RECEIVED, NOW, "")]
    assert [due.kind for due in enquiry.notifications.all()] == ["tell_therapist", "acknowledge"]


def test_nobody_is_acknowledged_by_email_who_did_not_choose_it(send, answers):
    send(answers | {"channel": "phone", "phone": "07700 900 982"})

    assert [due.kind for due in Notification.objects.all()] == ["tell_therapist"]


def test_the_privacy_notice_that_was_shown_is_recorded_even_if_another_is_published_meanwhile(
    send, client, answers, monkeypatch
):
    monkeypatch.setattr(notices, "_answer", lambda: "edition 7")
    with time_machine.travel(NOW - timedelta(minutes=1), tick=False):
        token = client.get(URL).context["form"]["token"].value()
    monkeypatch.setattr(notices, "_answer", lambda: "edition 8")
    send(answers | {"token": token})

    assert Enquiry.objects.get().notice_version == "edition 7"


def test_a_stopped_database_leaves_the_form_with_its_answers(send, answers, monkeypatch):
    facts.current()

    def fail(*args, **kwargs):
        raise OperationalError("connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        response = send(answers)

    assert response.status_code == 503
    assert 'value="Zoë O’Hara"' in response.content.decode()


def test_the_form_is_reached_by_its_name():
    assert reverse("bookings:consultation") == URL

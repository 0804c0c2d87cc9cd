"""Whatever arrives at the form is answered with a page, never with a failure, and never with somebody else's words."""

import logging
from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import enquiries, search
from bookings.models import Enquiry
from tests.bookings import texts
from tests.bookings.conftest import NOW, fresh_token

FIELDS = [
    "appointment_type", "on_behalf", "organisation", "person_initials", "person_knows", "location", "timing", "days",
    "parts", "name", "channel", "email", "phone", "safe", "good_times", "message", "nothing", "token",
]  # fmt: skip
URL = "/consultation/"
HOSTILE = [
    "\x00", "\x00name\x00", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "‮evil", "{{ 7*7 }}",
    "{% include 'x' %}", "<script>alert(1)</script>", "a\r\nBcc: everyone@example.org", "\x1b[2J", "' OR 1=1 --",
    "🧑🏽‍🦱" * 50, "ﷺ" * 200, "a" * 20_000, "\u0000\u0001\u0002", "%00", "../../etc/passwd", "𐍈", "Ｆｕｌｌ",
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", HOSTILE)
def test_any_text_in_any_field_is_taken_or_answered_with_a_sentence(submit_form, answers, field, value):
    response = submit_form(answers | {field: value})

    if response.status_code == 200:
        assert response.context["summary"]
    else:
        assert response.status_code == 302
        assert Enquiry.objects.count() == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), value=st.binary(max_size=200))
def test_any_bytes_in_any_field_never_fail(db, answers, field, value):
    body = urlencode(answers | {field: ""}, doseq=True) + f"&{field}={quote_from_bytes(value)}"
    response = Client().generic("POST", URL, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 302, 429)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=x; charset=hex",
        "multipart/form-data; boundary=x; charset=utf-16",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=hex",
        "application/x-www-form-urlencoded; charset=nonsense",
        "",
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"--x\r\nContent-Disposition: form-data; name=name\r\n\r\nA\r\n--x--\r\n"]
)
def test_a_strange_body_is_answered_with_a_page(db, content_type, body):
    response = Client().generic("POST", URL, body, content_type=content_type)

    assert response.status_code in (200, 400)
    assert b"<h1>" in response.content


def test_a_body_of_a_megabyte_is_refused_with_a_page_in_the_sites_look(client, db, answers):
    response = client.post(URL, answers | {"message": "a" * 1_000_000})

    assert response.status_code == 400
    assert "We couldn’t read your request" in response.content.decode()


def test_thousands_of_fields_are_refused_with_a_page(client, db):
    response = client.post(URL, {f"field{number}": "" for number in range(7000)})

    assert response.status_code == 400


@pytest.mark.parametrize("name", ["\u200b\u2060", "\ufe0f", "\u0301", "\u3164", "\u2800"])
def test_a_name_that_cannot_be_seen_is_no_name(submit_form, answers, name):
    response = submit_form(answers | {"name": name})

    assert response.context["summary"] == [{"message": texts.NAME_MISSING, "target": "id_name"}]


def test_the_same_day_many_times_is_one_day(submit_form, answers):
    submit_form(answers | {"days": ["1"] * 900, "parts": ["evening"] * 900})

    enquiry = Enquiry.objects.get()
    assert (enquiry.days, enquiry.parts) == ([1], ["evening"])


def test_no_file_that_is_sent_reaches_the_disk(client, db, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    client.post(URL, {"name": SimpleUploadedFile("a.bin", b"a" * 3_000_000)})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", ["400000000", "9" * 5000, "abc", "²", "-1"])
def test_more_bytes_than_any_form_holds_are_refused_unread(client, db, length):
    response = client.generic("POST", URL, b"", content_type="text/plain", CONTENT_LENGTH=length)

    assert response.status_code == 400
    assert "We couldn’t read your request" in response.content.decode()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_cookie_with_a_nul_troubles_nobody(client, db):
    client.cookies["desk"] = "\0" * 9

    assert client.get("/consultation/").status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_long_message_is_kept_and_answered_with_a_sentence(submit_form, answers):
    response = submit_form(answers | {"message": "a" * 5001})

    assert response.context["summary"] == [
        {
            "message": "Anything you would like me to know must be 5,000 characters or fewer",
            "target": "id_message",
        }
    ]
    assert "a" * 5001 in response.content.decode()


def test_control_characters_are_left_out_and_everything_else_is_kept(submit_form, answers):
    submit_form(answers | {"name": "\x00  Zo\x07ë\r\nBcc: x  🙂 ", "message": "one\r\ntwo\x00"})

    enquiry = Enquiry.objects.get()
    assert (enquiry.person.name, enquiry.message) == ("Zoë Bcc: x 🙂", "one\ntwo")


def test_a_canary_in_every_field_reaches_no_log(submit_form, answers, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    canary = answers | {
        "name": "Canary7",
        "email": "canary7@example.org",
        "channel": "either",
        "phone": "07700 900 777",
        "message": "canary7",
        "good_times": "canary7",
    }
    submit_form(canary)
    submit_form(canary | {"appointment_type": "canary7"})
    monkeypatch.setattr(enquiries, "insert", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit_form(canary | {"message": "canary7 again", "token": fresh_token(NOW)})
    page = Client(raise_request_exception=False).post(
        URL, canary | {"message": "canary7 once more", "token": fresh_token()}
    )
    assert page.status_code == 500
    assert "canary7" not in page.content.decode().lower()

    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert "canary7" not in logged.lower()


def test_an_enquiry_that_fails_half_way_leaves_nothing_behind(submit_form, answers, monkeypatch):
    monkeypatch.setattr(search, "index", lambda enquiry: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        submit_form(answers)

    assert not Enquiry.objects.exists()


def test_large_requests_are_read_only_from_who_has_signed_in(client, therapist_client):
    """Whoever makes up a session sends no more than a visitor."""
    large = {"words": "a" * 600_000}
    client.cookies["desk"] = "made-up"
    assert client.post("/admin/pages/page/add/", large).status_code == 400
    assert therapist_client.post("/admin/pages/page/add/", large).status_code == 200
    assert therapist_client.post("/search/", large).status_code == 400

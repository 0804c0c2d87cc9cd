"""No log holds a link."""

import logging

import pytest
from django.test import Client

from bookings import private_links
from practice.logs import SecretPathFilter
from tests.bookings.conftest import NOW
from tests.bookings.views.private_page.helpers import get


def test_no_log_holds_a_token(make_enquiry, caplog):
    enquiry = make_enquiry()
    path = private_links.path(enquiry, NOW)
    private_links.end(enquiry)
    caplog.handler.addFilter(SecretPathFilter())
    get(path)
    Client().put(path)
    Client(enforce_csrf_checks=True).post(f"{path}erase/")
    logging.getLogger("_granian").error("Error handling request %s", path)

    assert "Not Found: /private/…/" in caplog.text
    assert "Method Not Allowed" in caplog.text
    assert path.split("/")[2] not in caplog.text


def test_the_console_is_filtered(settings):
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without_secrets"]
    for name in ("", "django", "_granian"):
        console = [handler for handler in logging.getLogger(name).handlers if handler.name == "console"]
        assert [type(filter_) for filter_ in console[0].filters] == [SecretPathFilter], name


@pytest.mark.parametrize(
    ("message", "logged"),
    [
        ("Not Found: /private/AbCdEfGhIjKlMnOpQrSt_-2345678901/times/", "Not Found: /private/…/times/"),
        ("Not Found: /addictions/ketamine/", "Not Found: /addictions/ketamine/"),
        ("Not Found: /a-long-address-of-a-page/", "Not Found: /a-long-address-of-a-page/"),
        ("Message 7 was not sent: 100%", "Message 7 was not sent: 100%"),
    ],
)
def test_what_opens_something_is_blanked_and_the_rest_stays(message, logged):
    record = logging.LogRecord("x", logging.WARNING, "", 0, message, (), None)

    assert SecretPathFilter().filter(record)
    assert record.getMessage() == logged

"""No log of Django or of the web server holds an address that opens something."""

import logging
import re

import pytest
from django.urls import get_resolver

from practice.logs import SECRET_PATHS, SecretPathFilter, SecretTracebackFormatter, without_secrets

TOKENS = ["AbCdEfGhIjKlMnOpQrSt_-2345678901", "Mg:1xXQOs:RudLs1Ic6Tn_abcdef", "Mg%3A1xXQOs%3ARudLs1Ic", "short"]


def routes(patterns, prefix=""):
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        yield from routes(pattern.url_patterns, route) if hasattr(pattern, "url_patterns") else [route]


def test_every_route_that_takes_a_token_is_known():
    with_token = {route.partition("/")[0] for route in routes(get_resolver().url_patterns) if ":token>" in route}

    assert with_token == set(SECRET_PATHS)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "path", ["/private/{}/", "/private/{}/times/", "/draft/{}/", "/calendar/{}.ics", "//DRAFT//{}"]
)
def test_a_token_is_blanked_however_it_is_written(path, token):
    for text in (f"Not Found: {path}", f'"GET {path} HTTP/1.1" 200', f"https://practice.example{path}?done=moved"):
        assert token not in without_secrets(text.format(token))


def test_what_an_address_asks_for_is_blanked_too():
    assert without_secrets("Not Found: /search/?email=jane@example.org") == "Not Found: /search/?…"


@pytest.mark.parametrize("text", ["Not Found: /private/erased/", "Not Found: /addictions/ketamine/", "Is it 7? Yes."])
def test_what_opens_nothing_stays(text):
    assert without_secrets(text) == text


def test_a_traceback_is_blanked():
    try:
        raise ValueError(f"/draft/{TOKENS[1]}/")
    except ValueError as problem:
        text = SecretTracebackFormatter().formatException((ValueError, problem, problem.__traceback__))

    assert "/draft/…" in text
    assert "RudLs1Ic" not in text


def test_a_refused_request_fills_no_log():
    record = logging.LogRecord("django.security.DisallowedHost", logging.ERROR, "", 0, "x", (), (None, None, None))

    assert SecretPathFilter().filter(record)
    assert record.exc_info is None


@pytest.mark.parametrize("name", ["django", "django.server", "_granian", ""])
def test_every_logger_that_writes_is_filtered(name):
    console = [handler for handler in logging.getLogger(name).handlers if handler.name == "console"]

    assert [type(filter) for filter in console[0].filters] == [SecretPathFilter]
    assert isinstance(console[0].formatter, SecretTracebackFormatter)


def test_the_pattern_takes_time_in_proportion_to_the_text():
    assert len(re.findall("…", without_secrets("/draft/" * 20_000))) > 0

import re
import sys
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter

from practice import facts
from practice.staticfiles import OneStylesheetStorage

STATIC = Path(site.STATIC_ROOT)


def test_a_traceback_shows_no_value_even_in_development(settings):
    settings.DEBUG = True
    canary = "canary" + str(3 + 4)  # so that the line itself does not hold it
    request = RequestFactory().post("/consultation/", {"name": canary})
    try:
        raise ValueError
    except ValueError:
        report = ExceptionReporter(request, *sys.exc_info())

    for text in (report.get_traceback_html(), report.get_traceback_text()):
        assert canary not in text
        assert "test_errors.py" in text


@pytest.mark.django_db
def test_an_unknown_page_is_answered_in_the_style_of_the_site(client):
    response = client.get("/no-such-page/")

    assert response.status_code == 404
    page = response.content.decode()
    assert "<h1>Page not found</h1>" in page
    assert "116 123" in page


def test_a_failure_is_answered_in_the_style_of_the_site(monkeypatch):
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr(facts, "practice_row", fail)
    response = Client(raise_request_exception=False).get("/consultation/")

    assert response.status_code == 500
    assert "<h1>Sorry, something went wrong</h1>" in response.content.decode()
    assert re.search(r'href="/static/css/site\.[0-9a-f]{12}\.css"', response.content.decode())


@pytest.mark.django_db
def test_a_missing_csrf_cookie_elsewhere_is_answered_in_the_style_of_the_site(therapist):
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "therapist"})

    assert response.status_code == 403
    assert "Your answers were not sent" in response.content.decode()


@pytest.mark.parametrize("name", ["site", "enquiries"])
def test_a_stylesheet_is_one_file_with_a_hash_in_its_name(name):
    sheets = [path.read_text() for path in (STATIC / "css").glob(f"{name}.*.css")]

    assert len(sheets) >= 1
    for sheet in sheets:
        assert "@import" not in sheet
        assert sheet.count("{") == sheet.count("}") > 20


def test_imported_styles_stay_outside_layers_unless_a_layer_is_named():
    # Styles in a layer would lose against Django's own, which are in none.
    for path in (STATIC / "css").glob("enquiries.*.css"):
        assert ".enquiry {" in path.read_text()
        assert "@layer" not in path.read_text()


def test_what_is_compressed_already_is_left_alone(tmp_path):
    storage = OneStylesheetStorage(location=tmp_path, base_url="/static/")
    (tmp_path / "a.0123456789ab.css").write_text("a{color:red}" * 100)
    list(storage.compress_files(["a.0123456789ab.css", "plain.css"]))
    first = (tmp_path / "a.0123456789ab.css.gz").stat().st_mtime_ns

    assert list(storage.compress_files(["a.0123456789ab.css", "plain.css"])) == []
    assert (tmp_path / "a.0123456789ab.css.gz").stat().st_mtime_ns == first

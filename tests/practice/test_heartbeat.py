"""While everything is fine, a monitor elsewhere hears so once an hour; silence calls somebody."""

import logging
import socket
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bookings.models import Message
from practice import heartbeat
from practice.heartbeat import Heartbeat
from practice.models import SiteState

SECRET = "a-secret-of-the-monitor"


class Monitor(BaseHTTPRequestHandler):
    """Answers as its server's `answers` say, and keeps what it was asked."""

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, dict(self.headers)))
        status, headers = server.answers.get(self.path, (200, {}))
        if status == "hang":
            server.over.wait(20)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *args):
        pass


@pytest.fixture
def monitor(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Monitor)
    server.requests, server.answers, server.over = [], {}, threading.Event()
    server.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.HEARTBEAT_URL = f"{server.address}/{SECRET}"
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def fine_site(db):
    SiteState.load()
    SiteState.objects.update(worker_seen_at=timezone.now())


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(heartbeat, "LOOK_EVERY_SECONDS", 0)
    monkeypatch.setattr(heartbeat, "RETRY_AFTER_SECONDS", 0)


def turn(beat, now=None):
    """One turn of the worker, and another once the monitor has answered."""
    for _ in range(2):
        beat.turn(now or timezone.now())
        beat.wait()


def test_a_fine_site_is_reported_once_an_hour_and_nothing_is_said_of_it(fine_site, monitor):
    now, beat = timezone.now(), Heartbeat()
    turn(beat)
    turn(beat)
    [(path, headers)] = monitor.requests
    assert path == f"/{SECRET}"
    assert set(headers) == {"Host", "User-Agent", "Connection", "Accept-Encoding"}
    assert headers["User-Agent"] == "heartbeat"
    assert SiteState.load().heartbeat_at >= now

    SiteState.objects.update(heartbeat_at=now - timedelta(minutes=59))
    turn(beat)
    assert len(monitor.requests) == 1
    SiteState.objects.update(heartbeat_at=now - timedelta(minutes=61))
    turn(beat)
    assert len(monitor.requests) == 2


def test_a_site_with_trouble_is_silent_until_it_is_mended(fine_site, monitor):
    SiteState.objects.update(worker_seen_at=timezone.now() - timedelta(minutes=20))
    beat = Heartbeat()
    turn(beat)
    assert not monitor.requests
    SiteState.objects.update(worker_seen_at=timezone.now())
    turn(beat)
    assert len(monitor.requests) == 1


def test_the_last_step_of_an_upgrade_does_not_silence_it(fine_site, monitor):
    SiteState.objects.update(has_person_keys=False)
    turn(Heartbeat())
    assert len(monitor.requests) == 1


def test_the_health_is_read_again_only_after_a_pause(fine_site, monitor, monkeypatch):
    monkeypatch.setattr(heartbeat, "RETRY_AFTER_SECONDS", 300)
    monitor.answers[f"/{SECRET}"] = (500, {})
    beat = Heartbeat()
    turn(beat)
    turn(beat)
    assert len(monitor.requests) == 1


def test_a_clock_that_was_ahead_does_not_silence_it(fine_site, monitor):
    SiteState.objects.update(heartbeat_at=timezone.now() + timedelta(days=400))
    turn(Heartbeat())
    assert len(monitor.requests) == 1


def test_without_an_address_nothing_is_fetched(fine_site, monitor, settings):
    settings.HEARTBEAT_URL = ""
    turn(Heartbeat())
    assert not monitor.requests


def test_an_answer_that_is_an_error_is_no_answer(fine_site, monitor, caplog):
    monitor.answers[f"/{SECRET}"] = (500, {})
    beat = Heartbeat()
    turn(beat)
    assert SiteState.load().heartbeat_at is None
    assert "HEARTBEAT_URL could not be fetched (status 500)." in caplog.text
    assert SECRET not in caplog.text
    assert [finding.is_fine for finding in heartbeat.last_answer(timezone.now())] == [False]


@pytest.mark.parametrize("location", ["/elsewhere", "http://127.0.0.1:9/x", "file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_redirect_is_not_followed(fine_site, monitor, location, caplog):
    monitor.answers[f"/{SECRET}"] = (302, {"Location": location})
    turn(Heartbeat())
    assert [path for path, _ in monitor.requests] == [f"/{SECRET}"] * 2
    assert SiteState.load().heartbeat_at is None
    assert "HEARTBEAT_URL could not be fetched (status 302)." in caplog.text


def test_a_monitor_that_says_nothing_costs_no_mail(fine_site, monitor, mailoutbox, monkeypatch, caplog):
    monkeypatch.setattr(heartbeat, "MAX_SECONDS", 1)
    monitor.answers[f"/{SECRET}"] = ("hang", {})
    now = timezone.now()
    Message.objects.create(kind="daily_summary", due_at=now, next_try=now, about="x")
    began = time.monotonic()
    call_command("run_worker", stdout=StringIO())
    assert time.monotonic() - began < 10
    assert not Message.objects.filter(sent_at=None).exists()
    assert "could not be fetched (TimeoutError)" in caplog.text
    beat = Heartbeat()
    began = time.monotonic()
    beat.turn(now)
    beat.turn(now)
    assert time.monotonic() - began < 0.5
    beat.wait()


def test_a_worker_that_runs_once_waits_for_the_answer(fine_site, monitor):
    call_command("run_worker", stdout=StringIO())
    assert len(monitor.requests) == 1
    assert SiteState.load().heartbeat_at is not None


def test_nobody_at_the_address_is_logged_without_it(fine_site, settings, caplog):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.HEARTBEAT_URL = f"http://127.0.0.1:{port}/{SECRET}"
    caplog.set_level(logging.DEBUG)
    turn(Heartbeat())
    assert "could not be fetched (URLError)" in caplog.text
    assert SECRET not in caplog.text


def test_the_thread_asks_no_database(fine_site, monitor):
    """It would keep a connection of its own, which nobody closes."""

    def refuse(execute, sql, params, many, context):
        assert threading.current_thread() is threading.main_thread()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        turn(Heartbeat())
    assert SiteState.load().heartbeat_at is not None


@pytest.mark.parametrize(("minutes", "is_fine"), [(119, True), (121, False)])
def test_the_doctor_says_when_the_monitor_answered_last(fine_site, monitor, minutes, is_fine):
    SiteState.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=minutes))
    [finding] = heartbeat.last_answer(timezone.now())
    assert finding.sentence.startswith("HEARTBEAT_URL answered last on ")
    assert finding.is_fine == is_fine


def test_the_doctor_says_nothing_where_there_is_no_monitor(fine_site):
    assert list(heartbeat.last_answer(timezone.now())) == []

"""The worker ends soon after SIGTERM, whatever it reads or waits for."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from itertools import chain, repeat

import pytest
from django.utils import timezone

from bookings import ical
from bookings.ical import isolated_parse
from bookings.management.commands import run_worker
from bookings.models import BookingSettings
from tests.bookings.conftest import NOW
from tests.bookings.ical.tls_server import CALENDAR, HOST, CalendarServer, CertificateAuthority
from tests.mail_server import ROOT, database_url, wait_until

# The worker as it is, with a network that leads to the test's server.
WORKER = """
import socket, sys, time
from functools import partial
import django
django.setup()
from django.core.management import call_command
from bookings import busy_calendar
from bookings.ical import download
from bookings.management.commands import run_worker

def resolve(host):
    if sys.argv[1] == "resolver":
        print("reached", flush=True)
        time.sleep(60)
    return ["93.184.216.34"]

def connect(ip, seconds):
    print("reached", flush=True)
    return socket.create_connection(("127.0.0.1", int(sys.argv[2])), timeout=seconds)

def hang(*args, **kwargs):
    print("reached", flush=True)
    time.sleep(60)

download.Network = partial(download.Network, resolve, connect)
if sys.argv[1] == "database":
    run_worker.MAX_STOP_SECONDS = 2
    busy_calendar.read_if_due = hang  # as it would in a statement that isn't answered
call_command("run_worker", "--watch", "--every", "0.1")
"""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n" + CALENDAR
STATES = ["drip", "silent", "resolver", "database"]


@pytest.fixture
def calendar_server(tmp_path):
    """Return a function that starts a server, which sends a byte of a calendar now and then, or says nothing."""
    authority, running = CertificateAuthority(tmp_path), []
    (tmp_path / "authority.pem").write_text(authority.pem)

    def start(state):
        answers = {"/diary.ics": chain([HEAD], repeat(b"x"))} if state == "drip" else None
        running.append(CalendarServer(authority.server_context(HOST), answers).__enter__())
        return running[0]

    yield start
    for server in running:
        server.__exit__()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", STATES)
def test_sigterm_ends_the_worker_while_it_reads_the_other_calendar(state, calendar_server, tmp_path):
    server = calendar_server(state)
    long_ago = timezone.now() - timedelta(days=1)
    booking_settings = BookingSettings.load()
    booking_settings.busy_address, booking_settings.busy_tried_at = f"https://{HOST}/diary.ics", long_ago
    booking_settings.save()
    environment = os.environ | {"DATABASE_URL": database_url(), "SSL_CERT_FILE": str(tmp_path / "authority.pem")}
    command = [sys.executable, "-c", WORKER, state, str(server.listener.getsockname()[1])]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout.readline() == "reached\n"
        wait_until(lambda: server.requests or state != "drip")
        time.sleep(0.5)
        began = time.monotonic()
        worker.terminate()
        code = worker.wait(timeout=60)
        took = time.monotonic() - began
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    print(f"{state}: ended {took:.1f} s after SIGTERM")  # noqa: T201

    assert took < 5
    if state != "database":
        assert code == 0
        assert BookingSettings.objects.get().busy_tried_at == long_ago  # the next worker reads it at once
        assert BookingSettings.objects.get().busy_problem == ""


def test_the_worker_never_takes_ten_seconds_to_end():
    assert run_worker.MAX_STOP_SECONDS < 10


def test_a_process_that_reads_a_file_is_killed_when_the_worker_is_to_stop(monkeypatch):
    started = []
    start = subprocess.Popen

    def start_slow(command, **options):
        started.append(start([sys.executable, "-c", "import time; time.sleep(60)"], **options))
        return started[0]

    monkeypatch.setattr(isolated_parse.subprocess, "Popen", start_slow)
    began = time.monotonic()
    with pytest.raises(ical.ReadingStoppedError):
        ical.busy_times(CALENDAR, NOW, NOW + timedelta(days=1), is_stopped=lambda: True)

    assert started[0].wait(timeout=10) == -9
    assert time.monotonic() - began < 5

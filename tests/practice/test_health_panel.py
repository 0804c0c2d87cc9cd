"""The desk says in plain words what works and what the therapist has to tell her developer, and no more than is so."""

import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings.models import Message
from practice import health, health_panel
from practice.health import HealthFinding
from practice.models import DeskRole, SiteState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HERE = "tests.practice.test_health_panel"
WORKS = ["What people send is stored.", "The program that sends your messages is running."]


def strange(now):
    return HealthFinding("a new check", "`python manage.py mend_it` mends it.", is_fine=False)


def strange_but_fine(now):
    return HealthFinding("a new check", "It is all right.")


@pytest.fixture(autouse=True)
def _at_noon(db, monkeypatch):
    monkeypatch.setattr(health, "_database_clock", lambda now: now)  # that of a server can't be set
    with time_machine.travel(NOW, tick=False):
        SiteState.load()
        SiteState.objects.update(worker_seen_at=NOW)
        yield


@pytest.fixture
def with_backups(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path
    SiteState.objects.update(
        backup_made_at=NOW - timedelta(hours=8), backup_rehearsed_at=NOW - timedelta(hours=8), backup_problem=""
    )


def read():
    context = health_panel.panel(None).context
    return context["works"], context["needs"]


def test_a_site_that_works_says_what_works():
    assert read() == (WORKS, [])


@pytest.mark.parametrize(
    ("tried_at", "words"),
    [
        (NOW - timedelta(hours=7), "the same day"),
        (NOW - timedelta(hours=12, seconds=1), "on Monday 23 November, 23:59"),
    ],
)
def test_the_last_backup_and_its_trial_are_dated(with_backups, tried_at, words):
    SiteState.objects.update(backup_rehearsed_at=tried_at)
    backup = f"Your last backup is from Tuesday 24 November, 04:00. Restoring it was tried {words}, and worked."
    assert read() == ([*WORKS, backup], [])


@pytest.mark.parametrize(
    ("changes", "since"),
    [
        ({"backup_problem": "No space left on device."}, ": the last one is from Tuesday 24 November, 04:00"),
        ({"backup_made_at": None, "backup_rehearsed_at": None}, ""),
        ({"backup_rehearsed_at": None}, ""),
        ({"backup_rehearsed_at": NOW - timedelta(days=3)}, ": the last one is from Saturday 21 November, 12:00"),
    ],
)
def test_without_a_recent_backup_that_works_she_is_told(with_backups, changes, since):
    SiteState.objects.update(**changes)
    assert read() == (WORKS, [f"There is no recent backup that is known to work{since}. Tell your developer."])


def test_a_public_site_without_backups_says_so(settings):
    settings.PUBLIC = True
    works, [need] = read()
    assert works == WORKS
    assert need.startswith("No backups are made.")


def test_each_trouble_has_plain_words(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 0))
    SiteState.objects.update(worker_seen_at=NOW - timedelta(hours=1), clock_jumped_at=NOW)
    works, needs = read()
    assert works == WORKS[:1]
    assert [need.partition(".")[0] for need in needs] == [
        "The server’s disk is nearly full",
        "The server’s clock may be wrong",
        "The program that sends your messages isn’t running",
    ]


def test_every_check_has_words_for_her(settings):
    named = {finding.name for finding in health_panel.health.read(timezone.now())}
    assert named - health_panel.ELSEWHERE == set(health_panel.NEEDS)
    for sentence in [*health_panel.NEEDS.values(), health_panel.NO_BACKUPS, health_panel.BACKUP_FAILS]:
        assert "your developer" in sentence
        assert "`" not in sentence


def test_a_check_without_words_is_neither_passed_over_nor_called_fine(settings):
    settings.HEALTH_CHECKS = [*settings.HEALTH_CHECKS, f"{HERE}.strange"]
    assert read() == (WORKS, ["The site has found something wrong (a new check). Tell your developer."])
    settings.HEALTH_CHECKS = [*settings.HEALTH_CHECKS[:-1], f"{HERE}.strange_but_fine"]
    assert read() == (WORKS, [])


def test_what_the_panel_of_mail_says_is_not_said_twice():
    late = NOW - timedelta(hours=1)
    Message.objects.create(kind="daily_summary", due_at=late, next_try=late)
    assert not next(finding for finding in health_panel.health.read(NOW) if finding.name == "messages").is_fine
    assert read() == (WORKS, [])


def test_it_is_on_the_desk_of_whoever_may_change_the_practice(client, therapist, client_as):
    client.force_login(therapist)
    page = client.get("/admin/").content.decode()
    assert "Your site</h2>" in page
    assert WORKS[1] in page

    assert "Your site</h2>" not in client_as(DeskRole.ASSISTANT).get("/admin/").content.decode()


def test_a_trouble_is_an_alert_on_the_desk(client, therapist):
    SiteState.objects.update(worker_seen_at=None)
    client.force_login(therapist)
    assert f'<p class="alert">{health_panel.NEEDS["worker"]}</p>' in client.get("/admin/").content.decode()

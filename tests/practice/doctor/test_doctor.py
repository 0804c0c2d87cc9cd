"""`manage.py doctor` looks at more than `/health/`, and its exit code says whether anything needs somebody."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from practice import health
from practice.health import HealthFinding
from practice.models import SiteState

HERE = "tests.practice.doctor.test_doctor"


def nothing(now):
    return iter(())


def unknown(now):
    yield HealthFinding("weather", "Nobody knows the weather.", is_known=False)


def failing(now):
    yield HealthFinding("weather", "It rains.", is_fine=False)


def never(now):
    raise AssertionError


def send_nowhere(address, now):
    yield HealthFinding("test message", f"Sent to {address}.")


@pytest.fixture
def working_site(db):
    SiteState.load()
    SiteState.objects.update(worker_seen_at=timezone.now())


def run(*arguments):
    stdout = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", *arguments, stdout=stdout, no_color=True)
    return ended.value.code, stdout.getvalue().splitlines()


@pytest.mark.parametrize(
    ("check", "code", "last"),
    [
        ("nothing", 0, "fine     erasure: The keys of erased people have left the disk, or do so within the hour."),
        ("unknown", 0, "unknown  weather: Nobody knows the weather."),
        ("failing", 1, "failing  weather: It rains."),
    ],
)
def test_what_it_looks_at_besides_decides_the_exit_code(working_site, settings, check, code, last):
    settings.DOCTOR_CHECKS = [f"{HERE}.{check}"]
    ended, lines = run()
    assert ended == code
    assert lines[-1] == last


def test_the_health_page_asks_nothing_of_the_network(working_site, settings, client):
    settings.DOCTOR_CHECKS = [f"{HERE}.never"]
    assert client.get("/health/").status_code == 200


def test_a_test_message_comes_before_what_depends_on_it(working_site, settings):
    settings.DOCTOR_CHECKS, settings.SEND_TEST_MESSAGE = [f"{HERE}.unknown"], f"{HERE}.send_nowhere"
    assert run("--test-message", "a@example.org")[1][-2:] == [
        "fine     test message: Sent to a@example.org.",
        "unknown  weather: Nobody knows the weather.",
    ]


def test_while_the_database_is_away_nothing_else_is_asked(working_site, settings):
    settings.DOCTOR_CHECKS, settings.SEND_TEST_MESSAGE = [f"{HERE}.never"], f"{HERE}.never"

    def refuse(execute, sql, params, many, context):
        raise OperationalError

    with connection.execute_wrapper(refuse):
        code, lines = run("--test-message", "a@example.org")
    assert code == 1
    assert lines[-1].startswith("failing  database: ")


def test_a_check_with_nothing_to_say_is_left_out(working_site, settings):
    settings.HEALTH_CHECKS = [*settings.HEALTH_CHECKS, "practice.backups.health.backups"]
    assert "backups" not in [finding.name for finding in health.read(timezone.now())]


def test_a_public_site_hears_of_everything_that_is_not_set_up(working_site, settings):
    settings.PUBLIC, settings.HTTPS, settings.SITE_URL = True, True, "https://no-such-host.invalid"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    code, lines = run()
    assert code == 1
    names = [line.split(":")[0] for line in lines if not line.startswith("fine")]
    assert names == ["failing  backups", "failing  mail", "unknown  website"]

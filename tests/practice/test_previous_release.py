"""The previous release works on the tables of this one, and its own tables come back without losing a row."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tests import conftest, previous_release, soak
from tests.scratch_database import scratch_database

FERNET = re.compile(r"gAAAA[\w-]{90,}={0,2}")
ENCRYPTED = re.compile(rf"v2:[\w-]{{120,}}={{0,2}}|{FERNET.pattern}")
SAVE_AN_ENQUIRY = """
from datetime import timedelta
from django.utils import timezone
from bookings.models import *
from practice.models import Location, SiteState
now = timezone.now()
person = Person.objects.create(name="Zoë O’Hara", channel="email", email="zoe@example.org")
kind, place = AppointmentType.objects.first(), Location.objects.first()
enquiry = Enquiry.objects.create(
    person=person, appointment_type=kind, on_behalf="myself", message="Please ring me.", received_at=now, reply_due=now
)
appointment = Appointment.objects.create(
    enquiry=enquiry, person=person, appointment_type=kind, location=place, status="booked", made_at=now,
    starts_at=now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1),
    ends_at=now.replace(minute=50, second=0, microsecond=0) + timedelta(days=1),
)
Message.objects.create(kind="reminder", enquiry=enquiry, appointment=appointment, due_at=now, next_try=now)
SiteState.objects.update(worker_seen_at=now)
"""


DEMAND_A_COLUMN = """
from django.db import connection, models
from bookings.models import Enquiry
field = models.IntegerField(default=0)
field.set_attributes_from_name("later")
with connection.schema_editor() as editor:
    editor.add_field(Enquiry, field)
"""


@pytest.fixture
def previous_models(db):
    """Return the models of the previous release, which know nothing of later columns."""
    return MigrationLoader(connection).project_state(list(previous_release.MIGRATIONS.items())).apps


@pytest.fixture
def database(db, tmp_path):
    """Return another database with the tables of this release."""
    with scratch_database(tmp_path) as database:
        database.manage("migrate", "--verbosity=0")
        yield database


def own_models(apps):
    """Return the models of the site's own apps, and the tables between them."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.app_label in previous_release.MIGRATIONS]


def columns_of(table):
    """Return each column of a table, and whether a row may leave it out."""
    if connection.vendor == "sqlite":
        sql = 'SELECT name, "notnull" = 0 OR dflt_value IS NOT NULL OR pk = 1 FROM pragma_table_info(%s)'
    else:
        sql = (
            "SELECT column_name, is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES' "
            "FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return {name: bool(may_be_left_out) for name, may_be_left_out in cursor.fetchall()}


def test_every_column_that_it_knows_is_there_and_every_other_may_be_left_out(previous_models):
    wrong = []
    for model in own_models(previous_models):
        known, columns = {field.column for field in model._meta.local_concrete_fields}, columns_of(model._meta.db_table)
        wrong += [f"{model._meta.db_table}.{name} is gone" for name in known - set(columns)]
        wrong += [f"{model._meta.db_table}.{name} is demanded" for name in set(columns) - known if not columns[name]]
    assert wrong == []
    assert columns_of("practice_sitestate")["worker_seen_at"] is True  # added since
    assert columns_of("bookings_enquiry")["message"] is False


def enquiry_of(apps):
    """Save an enquiry, a message and an appointment with the models of the previous release."""
    now = timezone.now()
    person = apps.get_model("bookings.Person").objects.create(name="Zoë O’Hara", channel="email", email="z@example.org")
    kind = apps.get_model("bookings.AppointmentType").objects.first()
    place = apps.get_model("practice.Location").objects.first()
    enquiry = apps.get_model("bookings.Enquiry").objects.create(
        person=person, appointment_type=kind, on_behalf="myself", message="Please.", received_at=now, reply_due=now
    )
    about = {"person": person, "appointment_type": kind, "location": place, "first_cell": 1, "end_cell": 11}
    appointment = apps.get_model("bookings.Appointment").objects.create(
        enquiry=enquiry, starts_at=now, ends_at=now + timedelta(minutes=50), made_at=now, status="booked", **about
    )
    apps.get_model("bookings.Message").objects.create(
        kind="reminder", enquiry=enquiry, appointment=appointment, due_at=now, next_try=now
    )
    return enquiry


def test_its_models_save_and_read_an_enquiry_a_message_and_an_appointment(previous_models):
    enquiry = enquiry_of(previous_models)
    enquiry.refresh_from_db()
    assert (enquiry.message, enquiry.person.name) == ("Please.", "Zoë O’Hara")
    assert [appointment.status for appointment in enquiry.appointments.all()] == ["booked"]
    assert [message.kind for message in enquiry.messages.all()] == ["reminder"]


def run_its_tests(database, folder, *options):
    """Run tests of the previous release, with its code, on the tables that are there."""
    previous_release.extract(folder)
    command = ["-m", "pytest", "-q", "--reuse-db", "-p", "no:cacheprovider", "-p", "no:xdist", *options]
    return database.run(*command, cwd=folder, TEST_DATABASE_URL=database.base_url, DJANGO_SETTINGS_MODULE="")


@pytest.mark.timeout(900)
def test_its_own_tests_pass_on_the_tables_of_this_release(database, tmp_path, previous_models):
    if not previous_release.has_code():  # the summary says so
        enquiry_of(previous_models)
        return
    (folder := tmp_path / "previous").mkdir()
    applied = database.query("SELECT app, name FROM django_migrations ORDER BY 1, 2")

    part = [] if soak.IS_ON else ["-k", previous_release.SHORT]
    done = run_its_tests(database, folder, *previous_release.TESTS, *part)

    assert done.returncode == 0, done.stdout
    assert database.query("SELECT app, name FROM django_migrations ORDER BY 1, 2") == applied  # not made anew
    assert database.run("-c", "import practice.wsgi", cwd=folder).stderr == ""  # it starts


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_column_that_is_demanded_would_be_noticed(database, tmp_path):
    assert previous_release.has_code(), previous_release.MISSING
    database.manage("shell", "--no-imports", "-c", DEMAND_A_COLUMN)
    (folder := tmp_path / "previous").mkdir()
    assert run_its_tests(database, folder, previous_release.TESTS[0], "-k", "sent_form_leads").returncode == 1


def rows(database, tables):
    """Return what is in the columns of each table, in an order that is always the same."""
    selects = {table: f"SELECT {columns} FROM {table}" for table, columns in tables.items()}  # noqa: S608 (our own names)
    found = {table: map(repr, database.query(select)) for table, select in selects.items()}
    # What is encrypted is written anew on the way, for the release that is to read it.
    return {table: sorted(ENCRYPTED.sub("(encrypted)", row) for row in each) for table, each in found.items()}


def test_the_database_goes_back_to_the_previous_release_and_forwards_without_losing_a_row(database, previous_models):
    assert database.run("manage.py", "shell", "--no-imports", "-c", SAVE_AN_ENQUIRY).stderr == ""
    database.manage("load_starter_pages")
    tables = {
        model._meta.db_table: ", ".join(f'"{field.column}"' for field in model._meta.local_concrete_fields)
        for model in own_models(previous_models)
    }
    before = rows(database, tables)
    for table in ("bookings_enquiry", "bookings_appointment", "bookings_message", "pages_page"):
        assert before[table] != []

    for app, name in previous_release.MIGRATIONS.items():
        database.manage("migrate", app, name, "--verbosity=0")
    assert rows(database, tables) == before
    assert FERNET.findall(database.query("SELECT message FROM bookings_enquiry")[0][0])  # which it reads
    with pytest.raises(Exception, match="worker_seen_at"):
        database.query("SELECT worker_seen_at FROM practice_sitestate")
    assert "Run `python manage.py migrate`" in database.run("-c", "import practice.wsgi").stderr

    database.manage("migrate", "--verbosity=0")
    assert rows(database, tables) == before
    database.manage("check")


def test_an_app_without_tables_leaves_the_starter_rows_of_others_alone(db, tmp_path):
    with scratch_database(tmp_path) as database:
        database.manage("migrate", "practice", "--verbosity=0")
        database.manage("migrate", "--verbosity=0")
        assert database.query("SELECT count(*) FROM practice_practice") == [(1,)]
        database.manage("migrate", "bookings", "zero", "--verbosity=0")


def test_a_checkout_without_its_code_says_what_was_not_tried(monkeypatch, tmp_path):
    said = []
    conftest.pytest_terminal_summary(SimpleNamespace(write_line=said.append))
    monkeypatch.setattr(previous_release, "ROOT", tmp_path)
    conftest.pytest_terminal_summary(SimpleNamespace(write_line=said.append))
    assert said[-1:] == [previous_release.MISSING]

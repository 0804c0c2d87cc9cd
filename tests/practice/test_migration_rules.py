"""Each migration leaves the previous release able to work, and can be taken back."""

import os
import subprocess
import sys

import pytest
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

from practice.settings import BASE_DIR
from tests import previous_release
from tests.environment import TESTING
from tests.migration_rules import problems


def nothing(apps, schema_editor):
    pass


@pytest.fixture
def loader(db):
    return MigrationLoader(connection)


@pytest.fixture
def previous(loader):
    return loader.project_state(list(previous_release.MIGRATIONS.items()))


def test_no_migration_breaks_the_previous_release_or_cannot_be_taken_back(loader, previous):
    found = []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app not in previous_release.MIGRATIONS or name == "0001_initial":
            continue
        state = loader.project_state((app, name), at_end=False)
        for operation in migration.operations:
            found += [f"{app} {name}: {problem}" for problem in problems(operation, app, state, previous)]
            operation.state_forwards(app, state)
    assert found == []


def test_the_previous_release_is_one_of_those_before(loader):
    for node in previous_release.MIGRATIONS.items():
        assert node in loader.disk_migrations


TEXT, NUMBER = models.TextField(), models.IntegerField(default=3)
GOOD = [
    operations.AddField("enquiry", "new", models.IntegerField(db_default=3)),
    operations.AddField("enquiry", "new", models.IntegerField(null=True)),
    operations.AddField("enquiry", "new", models.ManyToManyField("bookings.person")),
    operations.AlterField("enquiry", "message", models.TextField(blank=True)),
    operations.AlterField("enquiry", "keep_until", models.DateField(null=True)),
    operations.CreateModel("new", [("text", TEXT)]),
    operations.RunPython(nothing, nothing),
    operations.SeparateDatabaseAndState(state_operations=[operations.RemoveField("enquiry", "days")]),
    operations.RemoveField("enquiry", "removed_from_the_state_one_release_ago"),
]
LEFT_OUT = "the previous release leaves it out; give it a db_default or null=True."
IN_USE = "the previous release uses it; remove it in two steps."
FINAL = "it can't be taken back; give it a reverse."
BAD = [
    (operations.AddField("enquiry", "new", NUMBER), LEFT_OUT),
    (operations.AddField("enquiry", "new", TEXT), LEFT_OUT),
    (operations.AlterField("enquiry", "keep_until", models.DateField()), LEFT_OUT),
    (operations.RemoveField("enquiry", "days"), IN_USE),
    (operations.RenameField("enquiry", "days", "weekdays"), IN_USE),
    (operations.DeleteModel("Enquiry"), IN_USE),
    (operations.RenameModel("Enquiry", "Request"), IN_USE),
    (operations.AlterModelTable("Enquiry", "request"), IN_USE),
    (operations.RunPython(nothing), FINAL),
    (operations.RunSQL("SELECT 1"), FINAL),
    (operations.SeparateDatabaseAndState(database_operations=[operations.RemoveField("enquiry", "days")]), IN_USE),
]


@pytest.mark.parametrize("operation", GOOD, ids=lambda operation: operation.describe())
def test_what_the_previous_release_does_not_notice_is_allowed(operation, previous):
    assert list(problems(operation, "bookings", previous, previous)) == []


@pytest.mark.parametrize(("operation", "problem"), BAD)
def test_what_would_break_it_or_is_final_is_found(operation, problem, previous):
    (found,) = problems(operation, "bookings", previous, previous)
    assert found.endswith(f": {problem}")


def test_migrations_are_made_in_a_checkout_without_keys(tmp_path):
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **dict.fromkeys(TESTING, "")}
    command = [sys.executable, "manage.py", "makemigrations", "--check"]
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "No changes detected\n"), done.stderr

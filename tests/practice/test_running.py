"""The tests run with settings of their own, and leave nothing behind when they are stopped."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.environment import TESTING
from tests.summary import main

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = """
SECRET_KEY=
FIELD_KEY=wrong
DEBUG=True
SITE_URL=https://practice.example
DATABASE_URL=postgres://nobody@127.0.0.1:9/none
EMAIL_URL=filemail:///nowhere
VAR_DIR=/nowhere
HSTS_SECONDS=1
"""
SETTINGS = """
from tests import settings
print(settings.SECRET_KEY, settings.DEBUG, settings.SITE_URL, settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH)
print(settings.DATABASES["default"]["NAME"], settings.STATIC_ROOT)
"""


def test_a_developers_own_env_changes_no_setting(tmp_path):
    for folder in ("practice", "tests", "static"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (tmp_path / "practice").unlink()
    (tmp_path / "practice").mkdir()
    for name in ("__init__.py", "env.py", "settings.py"):
        (tmp_path / "practice" / name).write_bytes((ROOT / "practice" / name).read_bytes())
    (tmp_path / ".env").write_text(HOSTILE)
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "DEBUG": "True", "DATABASE_URL": "postgres:///none"}
    output = subprocess.run(
        [sys.executable, "-c", SETTINGS], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    ).stdout
    temporary = re.escape(str(tmp_path)) + r"/site-tests-\w+"
    site = f"{TESTING['SECRET_KEY']} False http://127.0.0.1:8000"
    assert re.fullmatch(
        rf"{site} django\.core\.mail\.backends\.locmem\.EmailBackend \n"
        rf"{temporary}/site\.sqlite3 {temporary}/static\n",
        output,
    )


def test_the_tests_set_every_variable_that_the_site_reads():
    example = (ROOT / ".env.example").read_text()
    variables = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert set(TESTING) | {"VAR_DIR", "DATABASE_URL"} == variables


@pytest.fixture
def folder():
    """Return a folder for temporary files that the server, which is another user, may enter."""
    with tempfile.TemporaryDirectory(prefix="run-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("database", [pytest.param("", marks=pytest.mark.soak), "postgres"])
def test_a_kill_leaves_no_process_and_no_folder(folder, database):
    command = [sys.executable, "-m", "pytest", "tests/pages/test_richtext.py", "-n", "2"]
    env = os.environ | {"TMPDIR": str(folder), "TEST_DATABASE_URL": database}
    env.pop("PYTEST_XDIST_WORKER", None)  # the run is no worker, even if this test is in one
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        try:
            wait_until(lambda: run.poll() or len(running(folder, "exec(eval(sys.stdin.readline()))")) == 2)
            assert len(running(folder, "-D ")) == (database == "postgres")
        finally:
            run.send_signal(signal.SIGTERM)
        output, _ = run.communicate(timeout=60)

    assert run.returncode == pytest.ExitCode.INTERRUPTED, output.decode()
    assert running(folder, "") == []
    assert [path.name for path in folder.glob("site-*")] == []


def running(folder, word):
    """Return the processes that have the word in their command, and the folder in it or in their environment."""
    listed = subprocess.run(["ps", "axeww", "-o", "command="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line and word in line and "-m pytest" not in line]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It never came about."
        time.sleep(0.1)


def report(path, *cases):
    path.write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")


PASSED = '<testcase name="a"/>'
FAILED = '<testcase name="b"><failure/></testcase>'
BROKEN = '<testcase name="c"><error/></testcase>'
SKIPPED = '<testcase name="d"><skipped/></testcase>'


def test_the_last_line_adds_up_every_part(tmp_path, capsys):
    report(tmp_path / "SQLite.xml", PASSED, PASSED, FAILED, BROKEN, SKIPPED)
    report(tmp_path / "Chromium.xml", PASSED)
    assert main(tmp_path, ["SQLite", "Chromium"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "",
        "SQLite: 2 passed, 2 failed, 1 skipped",
        "Chromium: 1 passed, 0 failed",
        "3 passed, 2 failed, 1 skipped",
    ]


def test_a_part_that_left_no_report_and_failed_checks_count_as_failures(tmp_path, capsys):
    report(tmp_path / "SQLite.xml", PASSED)
    (tmp_path / "lint-failed").touch()
    assert main(tmp_path, ["SQLite", "PostgreSQL"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Code: failed",
        "SQLite: 1 passed, 0 failed",
        "PostgreSQL: 0 passed, 1 failed",
        "1 passed, 2 failed",
    ]


@pytest.mark.parametrize(
    ("cases", "code", "last"), [([PASSED], 0, "1 passed, 0 failed"), ([], 1, "0 passed, 0 failed")]
)
def test_a_run_succeeds_if_a_test_passed_and_none_failed(cases, code, last, tmp_path, capsys):
    report(tmp_path / "SQLite.xml", *cases)
    report(tmp_path / "Chromium.xml")
    assert main(tmp_path, ["SQLite", "Chromium"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["Chromium: no test was chosen", last]

"""What is missing or unsafe stops the start with a sentence; started as in production, in processes of their own."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment import TESTING
from tests.served_site import served_site

ROOT = Path(__file__).resolve().parents[2]
SERVE = ["manage.py", "serve", "--bind=unix:/dev/null/site.sock"]  # where nothing can be served, if it comes to that
LOAD = ["-c", "import practice.asgi"]
START = ["manage.py", "start"]
WORKER = ["manage.py", "run_worker"]
NEWEST = max(path.stem for path in (ROOT / "practice/migrations").glob("0*.py"))
PENDING = f"The database lacks migrations that this version needs: practice {NEWEST}. Run `python manage.py migrate`."
NOT_COLLECTED = "The static files of this version are not collected. Run `python manage.py collectstatic --noinput`."


def run(prepared, *command, **changes):
    env = {"PATH": os.environ["PATH"], **TESTING, **prepared, **changes}
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def start(prepared, *command, **changes):
    """Return what is said at the start of a site that starts or refuses to."""
    done = run(prepared, *(command or LOAD), **changes)
    return done.returncode, done.stderr.removeprefix("CommandError: ").splitlines()


def in_database(prepared, sql, *values):
    database = sqlite3.connect(Path(prepared["VAR_DIR"]) / "site.sqlite3")
    with database:
        database.execute(sql, values)
    database.close()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("command", "code"), [(SERVE, 3), (START, 1), (WORKER, 1), ([*WORKER, "--watch"], 1)])
def test_a_database_that_lacks_a_migration_stops_the_site_and_the_worker(prepared, free_port, command, code):
    in_database(prepared, "DELETE FROM django_migrations WHERE app = 'practice' AND name = ?", NEWEST)
    assert start(prepared, *command, PORT=str(free_port)) == (code, [PENDING])


def test_an_empty_database_stops_the_site(prepared, tmp_path):
    code, lines = start(prepared, DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert code == 3
    assert len(lines) == 1
    assert lines[0].startswith("The database lacks migrations that this version needs: contenttypes 0001_initial and ")


@pytest.mark.parametrize("command", [LOAD, WORKER])
def test_a_database_that_the_next_release_has_migrated_stops_nothing(prepared, command):
    for app in ("practice", "bookings", "pages"):
        in_database(prepared, "INSERT INTO django_migrations VALUES (NULL, ?, '9999_next', '2027-01-01')", app)
    assert start(prepared, *command) == (0, [])


def test_a_database_that_is_away_stops_nothing(prepared, tmp_path):
    for address in (f"sqlite:///{tmp_path}/none/site.sqlite3", "postgres://nobody@127.0.0.1:9/none"):
        assert start(prepared, DATABASE_URL=address) == (0, [])


def test_the_development_site_migrates_by_itself(prepared, tmp_path):
    in_database(prepared, "DROP TABLE practice_countedact")
    in_database(prepared, "DELETE FROM django_migrations WHERE app = 'practice'")
    for table in ("practice", "location", "fee", "supportline", "sitestate", "failedsignins"):
        in_database(prepared, f"DROP TABLE IF EXISTS practice_{table}")
    with served_site(tmp_path, VAR_DIR=prepared["VAR_DIR"]) as site:
        assert site.get("/robots.txt").status == 200


def test_static_files_that_were_never_collected_stop_the_site(prepared):
    shutil.rmtree(Path(prepared["VAR_DIR"]) / "static")
    assert start(prepared, *SERVE) == (3, [NOT_COLLECTED])
    assert start(prepared, DEBUG="True") == (0, [])


def test_static_files_of_another_version_stop_the_site_and_stay_for_that_version(prepared):
    static = Path(prepared["VAR_DIR"]) / "static"
    (manifest,) = static.glob("staticfiles.*.json")
    manifest.rename(static / "staticfiles.another.json")
    assert start(prepared) == (3, [NOT_COLLECTED])

    assert run(prepared, "manage.py", "collectstatic", "--noinput").returncode == 0
    assert start(prepared) == (0, [])
    assert (static / "staticfiles.another.json").exists()


def test_a_static_file_that_is_gone_stops_the_site(prepared):
    (stylesheet,) = (Path(prepared["VAR_DIR"]) / "static" / "css").glob("site.????????????.css")
    stylesheet.unlink()
    assert start(prepared) == (3, [NOT_COLLECTED])


@pytest.mark.parametrize(("command", "code"), [(LOAD, 3), (["manage.py", "check"], 1), (START, 1)])
def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(command, code):
    told = "can't be made (Not a directory). Set VAR_DIR to a folder that this account can write."
    assert start({"VAR_DIR": "/dev/null/var"}, *command) == (code, [f"The folder /dev/null/var {told}"])


def test_a_folder_in_which_nothing_can_be_written_is_told_in_a_sentence(prepared):
    code, lines = start(prepared, DATABASE_URL="sqlite:////proc/site.sqlite3")
    assert code == 3
    assert lines[0].startswith("Nothing can be written in /proc (")
    assert lines[0].endswith("). Set DATABASE_URL to a place that this account can write.")


@pytest.mark.parametrize("permissions", [0o755, 0o750, 0o704, 0o720])
def test_a_folder_that_others_can_read_stops_the_site(prepared, permissions):
    folder = Path(prepared["VAR_DIR"])
    folder.chmod(permissions)
    code, lines = start(prepared)
    assert code == 3
    assert lines[0] == f"Other accounts of this machine can read {folder}. Close it to them: chmod 700 {folder}"
    folder.chmod(0o711)  # they can look for a name that they know, and read nothing
    assert start(prepared) == (0, [])


def test_files_that_others_could_read_are_closed(prepared):
    folder = Path(prepared["VAR_DIR"])
    message, unrelated = folder / "mail" / "20261129-1.log", folder / "notes.txt"
    message.parent.mkdir()
    for path in (message, unrelated, folder / "site.sqlite3"):
        path.touch()
        path.chmod(0o644)
    message.parent.chmod(0o755)
    assert start(prepared) == (0, [])
    assert [mode(path) for path in (message, message.parent, folder / "site.sqlite3")] == [0o600, 0o700, 0o600]
    assert mode(unrelated) == 0o644


@pytest.fixture
def _usual_umask():
    previous = os.umask(0o022)  # of this process, and of those that it starts
    yield
    os.umask(previous)


@pytest.mark.usefixtures("_usual_umask")
def test_what_the_commands_and_the_site_write_is_for_their_account_alone(tmp_path):
    with served_site(tmp_path, VAR_DIR=str(tmp_path / "var"), DATABASE_URL="", EMAIL_URL="") as site:
        hidden, cookie = site.form("/consultation/")
        assert (
            site.post("/consultation/", hidden, cookie).status == 200
        )  # with what is missing, counted in the database
        database = [mode(path) for path in (tmp_path / "var").glob("site.sqlite3*")]
    assert len(database) == 3
    assert set(database) == {0o600}


@pytest.mark.parametrize("command", [["-c", "import practice.wsgi; {show}"], ["manage.py", "shell", "-c", "{show}"]])
@pytest.mark.usefixtures("_usual_umask")
def test_no_process_of_the_site_writes_for_others(prepared, command):
    show = "import os; print(oct(os.umask(0)))"
    done = run(prepared, *(part.format(show=show) for part in command))
    assert done.stdout.splitlines()[-1] == "0o77"


READ_ONLY = f"""
import os, sys

def refuse(event, arguments):
    path = arguments[0] if arguments else None
    if event == "open":
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    else:
        writes = event in ("os.mkdir", "os.chmod", "os.rename", "os.remove", "os.utime", "sqlite3.connect")
    if writes and isinstance(path, (str, os.PathLike)) and os.path.abspath(path).startswith("{ROOT}/"):
        print("written:", event, path, file=sys.stderr)
        raise OSError(30, "Read-only file system", str(path))

sys.dont_write_bytecode = True
sys.addaudithook(refuse)
"""


@pytest.fixture
def read_only_checkout(tmp_path):
    """Return the environment in which no Python process writes to the folder of the project."""
    (tmp_path / "sitecustomize.py").write_text(READ_ONLY)
    return {"PYTHONPATH": str(tmp_path)}


def test_a_checkout_that_cannot_be_written_does(read_only_checkout, prepared, tmp_path):
    fresh = {"VAR_DIR": str(tmp_path / "fresh"), **read_only_checkout}
    assert start(fresh, "manage.py", "prepare") == (0, [])
    assert start(fresh) == (0, [])
    assert start(fresh, *WORKER) == (0, [])


OLD_PYTHON = """
import runpy, sys
sys.version_info = (3, 10, 12, "final", 0)
sys.argv = ["manage.py", "check"]
runpy.run_path("manage.py", run_name="__main__")
"""


def test_an_old_python_is_refused_by_every_command():
    told = "Python 3.11 or newer is needed. Make .venv with one, for example: make run PYTHON=python3.13"
    assert start({}, "-c", OLD_PYTHON) == (1, [told])
    assert start({}, "-c", OLD_PYTHON.partition("sys.argv")[0] + "import practice.wsgi") == (1, [told])


def test_a_python_without_the_packages_is_told_where_they_are():
    told = "Django isn't installed here. Use `make run`, or `.venv/bin/python manage.py` once .venv is made."
    assert start({}, "-S", "manage.py", "check") == (1, [told])

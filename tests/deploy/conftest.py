"""An installed site in a folder, as deploy/install leaves it, run by what its units say.

Tests that need a program which pip can't install are marked `needs`. Where it isn't there, they are left out
and named at the end; with CI=true they fail.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from deploy.layout import Layout
from practice.settings import BASE_DIR
from tests.deploy.proxies import PACKAGES, find_program
from tests.deploy.supervisor import WEB, WORKER, Supervisor
from tests.environment import PRODUCTION

LEFT_OUT = pytest.StashKey[set[str]]()
USER = pwd.getpwuid(os.geteuid()).pw_name


def missing(item):
    """Return the packages of Debian that a test needs and that are not here."""
    programs = [mark.args[0] for mark in item.iter_markers("needs")]
    if hasattr(item, "callspec"):
        programs += [value for value in item.callspec.params.values() if value in [*PACKAGES]]
    return {PACKAGES[name] for name in programs if not find_program(name)}


def pytest_collection_modifyitems(config, items):
    if os.environ.get("CI"):
        return
    lacking = {item: missing(item) for item in items}
    left_out = [item for item, packages in lacking.items() if packages]
    config.stash[LEFT_OUT] = set().union(*lacking.values())
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter, config):
    if packages := config.stash.get(LEFT_OUT, None):
        names = " ".join(sorted(packages))
        terminalreporter.write_line(f"Left out: the tests that need `apt-get install {names}`.")


def settings_of(layout):
    return PRODUCTION | {
        "BEHIND_PROXY": "True",
        "EMAIL_URL": "smtp://127.0.0.1:9",  # where nothing listens
        "VAR_DIR": str(layout.var),
        "DATABASE_URL": f"sqlite:///{layout.var}/site.sqlite3",
        "ENQUIRIES_PER_HOUR_ONE_CONNECTION": "3",
    }


def copy_of_the_code(folder):
    """Copy what the site needs to run, with the packages that the tests run with."""
    folder.mkdir(parents=True)
    for name in ("bookings", "deploy", "locale", "pages", "practice", "static", "templates"):
        shutil.copytree(BASE_DIR / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in BASE_DIR.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def installed(prefix):
    """Put one release in place, with its settings and its database."""
    layout = Layout(prefix, USER)
    layout.env_file.parent.mkdir(parents=True)
    layout.backups.mkdir(parents=True)
    layout.var.chmod(0o700)
    layout.env_file.write_text("".join(f"{name}={value}\n" for name, value in settings_of(layout).items()))
    release = copy_of_the_code(layout.releases / "first")
    (release / ".env").symlink_to(layout.env_file)
    layout.current.symlink_to(release)
    shutil.copytree(release / "deploy/systemd", layout.units)
    run_manage(layout, "prepare")
    return layout


def run_manage(layout, *arguments):
    command = [layout.current / ".venv/bin/python", "manage.py", *arguments]
    env = {"PATH": os.environ["PATH"], "PYTHONPYCACHEPREFIX": str(layout.prefix / "pycache")}
    done = subprocess.run(command, cwd=layout.current, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="package")
def installed_site():
    """Return the layout of an installed site and who runs it; the site and its worker are running."""
    with tempfile.TemporaryDirectory(prefix="site-") as name:  # short, because a socket's path has to be
        prefix = Path(name)
        layout = installed(prefix)
        supervisor = Supervisor(layout, prefix / "site.log")
        try:
            supervisor.start(WEB)
            supervisor.start(WORKER)
            yield layout, supervisor
        finally:
            supervisor.close()

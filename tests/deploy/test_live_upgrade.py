"""An upgrade from an older version and the way back, by the real commands, while visitors keep coming through Caddy.

The older version is from before deploy/, so its release is made by hand: UPGRADE_FROM names another commit.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from deploy import outside
from deploy.layout import Layout
from practice.settings import BASE_DIR
from tests.deploy import proxies
from tests.deploy.conftest import USER, run_manage, settings_of
from tests.deploy.supervisor import WEB, WORKER, Supervisor
from tests.deploy.visitor import Visitor

pytestmark = [pytest.mark.soak, pytest.mark.needs("caddy"), pytest.mark.any_database]

OLD = os.environ.get("UPGRADE_FROM", "fddea57")
PATHS = ("/", "/addictions/ketamine/", "/fees/", "/consultation/", "/robots.txt")
VISITORS = 6
MAX_SECONDS = 15  # that anybody waits


class Traffic:
    """Visitors who read pages and ask for consultations, and what came of it."""

    def __init__(self, site: outside.Site) -> None:
        self.site, self.stopping = site, threading.Event()
        self.answers: Counter[tuple[str, int]] = Counter()
        self.phase, self.slowest_by_phase = "before", Counter()
        self.threads = [threading.Thread(target=self.visit, args=[number]) for number in range(VISITORS)]

    def visit(self, number: int) -> None:
        visitor, turn = Visitor(self.site, f"127.0.2.{number + 1}"), 0
        while not self.stopping.is_set():
            turn += 1
            path = PATHS[turn % len(PATHS)]
            self.count("GET", lambda path=path: visitor.request("GET", path).status)
            if turn % 3 == 0:
                name = f"visitor{number}-{turn}"
                self.count("POST", lambda name=name: visitor.ask(name).status)

    def count(self, kind, ask) -> None:
        started = time.monotonic()
        try:
            status = ask()
        except OSError:
            status = 0
        self.answers[kind, status] += 1
        seconds = time.monotonic() - started
        self.slowest_by_phase[self.phase] = max(self.slowest_by_phase[self.phase], seconds)

    def __enter__(self) -> "Traffic":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def mail_port():
    """Return the port of a mail server that takes everything."""
    controller = Controller(Sink(), hostname="127.0.0.1", port=proxies.free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def layout(mail_port):
    """Return an installed site of the older version, made by hand as its README says."""
    with tempfile.TemporaryDirectory(prefix="live-") as name:
        layout = Layout(Path(name), USER)
        release = layout.releases / "by-hand"
        release.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", OLD], cwd=BASE_DIR, capture_output=True)
        assert archive.returncode == 0, f"This clone doesn't have the commit {OLD}: git fetch --unshallow"
        subprocess.run(["tar", "-x", "-C", release], input=archive.stdout, check=True)
        subprocess.run([sys.executable, "-m", "venv", release / ".venv"], check=True)
        pip = [release / ".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", release / "requirements.txt"], check=True)
        shutil.copytree(BASE_DIR / "deploy/systemd", release / "deploy/systemd", dirs_exist_ok=True)
        web = release / "deploy/systemd" / WEB
        lines = web.read_text().splitlines(keepends=True)
        by_hand = "ExecStart=/opt/practice/current/.venv/bin/gunicorn practice.wsgi --preload\n"
        web.write_text("".join(by_hand if line.startswith("ExecStart=") else line for line in lines))
        layout.backups.mkdir(parents=True)
        layout.var.chmod(0o700)
        layout.env_file.parent.mkdir(parents=True)
        values = settings_of(layout) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "ENQUIRIES_PER_HOUR_ONE_CONNECTION": "100000",
            "ENQUIRIES_PER_HOUR_ALL": "100000",
        }
        layout.env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
        (release / ".env").symlink_to(layout.env_file)
        layout.current.symlink_to(release)
        shutil.copytree(release / "deploy/systemd", layout.units)
        (layout.prefix / "run/systemd/system").mkdir(parents=True)
        run_manage(layout, "prepare")
        yield layout


def upgrade(layout, folder, *arguments):
    env = os.environ | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PRACTICE_PREFIX": str(layout.prefix),
        "PRACTICE_USER": USER,
    }
    started = time.monotonic()
    done = subprocess.run(
        [BASE_DIR / "deploy/upgrade", *arguments], cwd=BASE_DIR, env=env, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - started


def stored(layout):
    with closing(sqlite3.connect(layout.var / "site.sqlite3")) as database:
        return database.execute("SELECT count(*) FROM bookings_enquiry").fetchone()[0]


def test_nobody_is_turned_away_and_nothing_is_lost(layout, tmp_path, capsys):
    folder = tmp_path / "bin"
    folder.mkdir()
    supervisor = Supervisor(layout, tmp_path / "site.log")
    seconds = {}
    try:
        supervisor.start(WEB)
        supervisor.start(WORKER)
        with supervisor.systemctl(folder), proxies.running("caddy", layout, tmp_path / "caddy") as proxy:
            outside.wait(proxy.site, 60)
            with Traffic(proxy.site) as traffic:
                time.sleep(10)
                for phase, arguments in {
                    "upgrade": ["--no-backup"],  # the older version has no backups
                    "back": ["--back"],
                    "upgrade again": ["--back"],
                }.items():
                    traffic.phase = phase
                    seconds[phase] = upgrade(layout, folder, *arguments)
                    traffic.phase = f"after {phase}"
                    time.sleep(10)
        accepted = traffic.answers["POST", 302]
        steps = {name: round(value, 1) for name, value in seconds.items()}
        slowest = {name: round(value, 1) for name, value in traffic.slowest_by_phase.items()}
        report = f"{dict(traffic.answers)}, {stored(layout)} stored; seconds: {steps}; slowest answers: {slowest}"
        with capsys.disabled():
            sys.stdout.write(f"\n{report}\n")
        assert set(traffic.answers) == {("GET", 200), ("POST", 302)}
        assert accepted == stored(layout)
        assert accepted > 100
        assert max(traffic.slowest_by_phase.values()) < MAX_SECONDS
    finally:
        supervisor.close()

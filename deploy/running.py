"""The installed site while it runs: restarted, asked for its health, and tried before it is served."""

import re
import subprocess
import time
from pathlib import Path

from deploy.layout import Layout
from deploy.socket_health import health_status
from deploy.system import of_the_service, systemctl

START_SECONDS = 60  # until the site answers after a start, on a small machine
FAILING = re.compile(r"^failing\s+([^:]+):", re.MULTILINE)
TIMER = "practice-backup.timer"


def wait_for_answer(path: Path, process: subprocess.Popen | None = None) -> bool:
    """Wait until the site answers, well or not; a process that ends won't."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        try:
            health_status(str(path))
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def start(layout: Layout) -> None:
    systemctl(layout, "daemon-reload")
    systemctl(layout, "enable", "--quiet", "--now", "practice-web.socket", TIMER)
    systemctl(layout, "enable", "--quiet", "practice-web.service", "practice-worker.service")
    restart(layout)


def restart(layout: Layout) -> None:
    """Restart the site, then the worker. What is sent meanwhile waits in the socket, which stays open."""
    systemctl(layout, "daemon-reload")
    systemctl(layout, "restart", "practice-web.service")
    if layout.has_systemd:
        wait_for_answer(layout.socket)
    systemctl(layout, "restart", "practice-worker.service")


def serve_command(release: Path, bind: str) -> list[str | Path]:
    return [release / ".venv/bin/python", "manage.py", "serve", f"--bind={bind}", "--workers=1"]


def trial(layout: Layout, release: Path) -> str:
    """Start the release beside the one that is served, and return what it said if it never answered."""
    path = layout.var / "trial.sock"
    path.unlink(missing_ok=True)
    command = of_the_service(layout, serve_command(release, f"unix:{path}"))
    process = subprocess.Popen(command, cwd=release, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    answered = wait_for_answer(path, process)
    process.terminate()
    try:
        said = process.communicate(timeout=30)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        said = process.communicate()[0]
    path.unlink(missing_ok=True)
    return "" if answered else said.strip() or "It said nothing."


def failing(layout: Layout, release: Path) -> set[str] | None:
    """Return the names of what `manage.py doctor` of a release finds failing; None if it is too old to have one."""
    if not (release / "practice/management/commands/doctor.py").exists():
        return None
    command = of_the_service(layout, [release / ".venv/bin/python", "manage.py", "doctor"])
    done = subprocess.run(command, cwd=release, text=True, check=False, capture_output=True)
    found = set(FAILING.findall(done.stdout))
    return found or ({"doctor"} if done.returncode else set())


def is_healthy(layout: Layout, release: Path) -> bool:
    """Print what `manage.py doctor` says, and return whether nothing is failing."""
    command = of_the_service(layout, [release / ".venv/bin/python", "manage.py", "doctor"])
    return subprocess.run(command, cwd=release, check=False).returncode == 0

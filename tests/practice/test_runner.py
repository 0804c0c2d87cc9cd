"""`python -m tests` leaves nothing behind when it is stopped."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    """Where all of the run's folders are made; the server, which is another user, may enter it."""
    with tempfile.TemporaryDirectory(prefix="run-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.parametrize("part", ["sqlite", "postgres"])
def test_a_kill_leaves_no_process_and_no_folder(folder, part):
    command = [sys.executable, "-m", "tests", part, "tests/pages/test_richtext.py", "-n", "2"]
    env = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE_URL"} | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        try:
            wait_until(lambda: run.poll() or len(running(folder, "exec(eval(sys.stdin.readline()))")) == 2)
            assert len(running(folder, "-D ")) == (part == "postgres")
        finally:
            run.send_signal(signal.SIGTERM)
        output, _ = run.communicate(timeout=60)

    assert run.returncode == 128 + signal.SIGTERM, output.decode()
    assert running(folder, "") == []
    assert [path.name for path in folder.glob("site-*")] == []


def running(folder, word):
    """The processes that have the word in their command, and the folder in it or in their environment."""
    listed = subprocess.run(["ps", "axeww", "-o", "command="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line and word in line and "-m tests" not in line]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It never came about."
        time.sleep(0.1)

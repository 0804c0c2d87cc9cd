"""Keeps the site and the sender of its messages running side by side, and ends both together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 8  # seconds to end by themselves before they are killed
PAUSES = (1, 5, 60)  # seconds before the sender is started again, the last one from then on
STEADY = 300  # seconds of running after which a sender counts as well again

Command = Sequence[str]


def supervise(
    site: Command, sender: Command, *, env: Mapping[str, str], listener: int, say: Callable[[str], object]
) -> int:
    """Returns the site's exit code, or 0 after a signal. `listener` is the socket that the site inherits."""
    stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in SIGNALS:
        signal.signal(number, stop)
    running = [start(site, env, keep=[listener])]
    try:
        running.append(start(sender, env))
        began, deaths, again_at = time.monotonic(), 0, None
        while not stopping and running[0].poll() is None:
            now = time.monotonic()
            if again_at is not None and now >= again_at:
                running[1], began, again_at = start(sender, env), now, None
            elif again_at is None and running[1].poll() is not None:
                deaths = 1 if now - began > STEADY else deaths + 1
                again_at = now + PAUSES[min(deaths, len(PAUSES)) - 1]
                code = exit_code(running[1].returncode)
                say(f"The sender of messages ended with code {code} and is started again.")
            time.sleep(0.2)
        return 0 if stopping else exit_code(running[0].returncode)
    finally:
        end(running)


def start(command: Command, env: Mapping[str, str], keep: Sequence[int] = ()) -> subprocess.Popen:
    # In a session of its own, so that Ctrl-C reaches only the supervisor, which ends it in good order.
    return subprocess.Popen(command, env=env, pass_fds=keep, start_new_session=True)


def end(running: Sequence[subprocess.Popen]) -> None:
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in running:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def exit_code(returncode: int) -> int:
    """As a shell would report it: 128 + n for a process that signal n killed."""
    return returncode if returncode >= 0 else 128 - returncode

"""Run the site and its worker side by side, and stop both together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MAX_STOP_SECONDS = 8  # before a process is killed
RESTART_SECONDS = (1, 5, 60)  # pauses before the worker is restarted; the last one repeats
STABLE_AFTER_SECONDS = 300  # of running, after which the pauses begin again with the shortest

Command = Sequence[str]


def supervise(
    site: Command, worker: Command, *, env: Mapping[str, str], listener: int, say: Callable[[str], object]
) -> int:
    """Return the exit code of the site, or 0 after a signal. `listener` is the socket that the site inherits."""
    stopping = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in SIGNALS:
        signal.signal(number, stop)
    running = [start(site, env, keep=[listener])]
    try:
        running.append(start(worker, env))
        started_at, failures, restart_at = time.monotonic(), 0, None
        while not stopping and running[0].poll() is None:
            now = time.monotonic()
            if restart_at is not None and now >= restart_at:
                running[1], started_at, restart_at = start(worker, env), now, None
            elif restart_at is None and running[1].poll() is not None:
                failures = 1 if now - started_at > STABLE_AFTER_SECONDS else failures + 1
                restart_at = now + RESTART_SECONDS[min(failures, len(RESTART_SECONDS)) - 1]
                code = exit_code(running[1].returncode)
                say(f"The worker ended with code {code} and will be restarted.")
            time.sleep(0.2)
        return 0 if stopping else exit_code(running[0].returncode)
    finally:
        end(running)


def start(command: Command, env: Mapping[str, str], keep: Sequence[int] = ()) -> subprocess.Popen:
    # In a session of its own, so that Ctrl-C reaches only the supervisor, which stops both in order.
    return subprocess.Popen(command, env=env, pass_fds=keep, start_new_session=True)


def end(running: Sequence[subprocess.Popen]) -> None:
    for process in running:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + MAX_STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def exit_code(returncode: int) -> int:
    """Return the code as a shell reports it: 128 + n for a process that signal n killed."""
    return returncode if returncode >= 0 else 128 - returncode

import json
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

LASTING = [sys.executable, "-c", "import time; time.sleep(60)"]
SUPERVISOR = textwrap.dedent("""
    import json, os, socket, sys
    from practice import supervision

    supervision.RESTART_SECONDS, supervision.MAX_STOP_SECONDS = (0.1,), 1
    site, sender = json.loads(sys.argv[1])
    say = lambda text: print(text, flush=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.exit(supervision.supervise(site, sender, env=os.environ, listener=listener.fileno(), say=say))
""")


@pytest.fixture
def supervise():
    """Return a function that starts a supervisor as a process of its own, so that it can be sent signals."""
    started = []

    def start(site, sender):
        command = [sys.executable, "-c", SUPERVISOR, json.dumps([site, sender])]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=20)


def marking(path, then):
    """Return a command that adds its process id to the file and then does what is asked."""
    mark = f"open({str(path)!r}, 'a').write(f'{{os.getpid()}}\\n')"
    return [sys.executable, "-c", f"import os, signal, sys, time\n{mark}\n{then}"]


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def wait_until(true, seconds=20):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "It never came about."
        time.sleep(0.05)


def gone(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    return False


def test_when_the_site_ends_the_sender_ends_and_the_code_is_the_sites(supervise, tmp_path):
    sender = tmp_path / "sender"
    waiting = f"while not os.path.exists({str(sender)!r}): time.sleep(0.05)"
    site = marking(tmp_path / "site", f"{waiting}\nsys.exit(7)")
    supervisor = supervise(site, marking(sender, "time.sleep(60)"))
    assert supervisor.wait(20) == 7
    wait_until(lambda: all(gone(pid) for pid in lines(sender)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_both_without_a_word(number, supervise, tmp_path):
    site, sender = tmp_path / "site", tmp_path / "sender"
    supervisor = supervise(marking(site, "time.sleep(60)"), marking(sender, "time.sleep(60)"))
    wait_until(lambda: lines(site) and lines(sender))
    supervisor.send_signal(number)
    assert supervisor.communicate(timeout=20) == ("", "")
    assert supervisor.returncode == 0
    assert gone(lines(site)[0])
    assert gone(lines(sender)[0])


def test_a_sender_that_dies_is_started_again(supervise, tmp_path):
    sender = tmp_path / "sender"
    supervisor = supervise(LASTING, marking(sender, "sys.exit(3)"))
    wait_until(lambda: len(lines(sender)) >= 3)
    supervisor.terminate()
    output, errors = supervisor.communicate(timeout=20)
    assert output.splitlines()[0] == "The worker ended with code 3 and will be restarted."
    assert (supervisor.returncode, errors) == (0, "")


def test_a_process_that_will_not_end_is_killed(supervise, tmp_path):
    site, deaf = tmp_path / "site", tmp_path / "deaf"
    ignoring = f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nopen({str(deaf)!r}, 'w').write('yes')"
    supervisor = supervise(marking(site, f"{ignoring}\ntime.sleep(60)"), LASTING)
    wait_until(lambda: lines(deaf))
    supervisor.terminate()
    assert supervisor.wait(20) == 0
    assert gone(lines(site)[0])

"""`manage.py serve`: where it listens, and what becomes of requests when processes end."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from practice import server
from practice.settings import BASE_DIR
from tests.environment import TESTING

LISTEN = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", {port}))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ |= {{"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}}
os.execv(sys.executable, [sys.executable, "manage.py", "serve", "--bind=127.0.0.1:1"])
"""
SLOW_TO_BEGIN = """
import socket, time
import django
django.setup()
from practice import server
def load():
    print("begun", flush=True)
    time.sleep(60)
server.serve(socket.create_server(("127.0.0.1", 0)), 1, load)
"""
HALF_HEADER = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
HALF_BODY = b"POST /consultation/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nname=Z"


@pytest.fixture
def env(prepared):
    return {"PATH": os.environ["PATH"], **TESTING, **prepared, "PORT": "7777"}


@contextmanager
def serving(env, address, *command):
    command = command or (sys.executable, "manage.py", "serve", f"--bind={address}")
    process = subprocess.Popen(command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: process.poll() is not None or asyncio.run(status_of(address)) == 200, 60)
        assert process.poll() is None, process.communicate()[0].decode()
        yield process
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=30)
        assert b"Killing" not in output, output.decode()  # none of its processes was told to have hung


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It never came about."
        time.sleep(0.1)


async def connect(address):
    if address.startswith("unix:"):
        return await asyncio.open_unix_connection(address.removeprefix("unix:"))
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port))


async def status_of(address, path="/robots.txt"):
    """Return the status of a whole answer, or 0."""
    try:
        async with asyncio.timeout(30):
            reader, writer = await connect(address)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            try:
                answer = await reader.read()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return int(head[9:12]) if length and int(length[1]) == len(body) else 0


async def visit(address, number, clients=4, tries=1):
    """Return the status of each of so many requests, which are tried again if no answer comes, as by a proxy."""
    left, statuses = iter(range(number)), []

    async def client():
        for _ in left:
            answers = [0]
            while not answers[-1] and len(answers) <= tries:
                answers.append(await status_of(address))
            statuses.append(answers[-1])

    await asyncio.gather(*(client() for _ in range(clients)))
    return statuses


def children(process):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True)
    return {int(pid) for pid in listed.stdout.split()}


def test_it_listens_on_this_machine_alone_whatever_the_environment_says(env, free_port):
    with serving(env, f"127.0.0.1:{free_port}") as process:
        listed = subprocess.run(["ss", "-ltnp"], capture_output=True, text=True, check=True).stdout
        listening = [line.split()[3] for line in listed.splitlines() if f"pid={process.pid}," in line]
    assert listening == [f"127.0.0.1:{free_port}"]


@pytest.mark.parametrize(
    "address", ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:8000", ":8000", "8000", "127.0.0.1:0", "x"]
)
def test_an_address_of_another_machine_is_refused(address):
    with pytest.raises(server.AddressError, match="neither a port on this machine"):
        server.open_socket(address)


def test_an_address_in_use_is_told(free_port):
    in_use = pytest.raises(server.AddressError, match=r"can't be opened: Address already in use")
    with socket.create_server(("127.0.0.1", free_port)), in_use:
        server.open_socket(f"127.0.0.1:{free_port}")


def test_it_serves_on_a_unix_socket_for_owner_and_group(env, tmp_path):
    path = tmp_path / "site.sock"
    abandoned = socket.socket(socket.AF_UNIX)
    abandoned.bind(str(path))
    abandoned.close()

    with serving(env, f"unix:{path}"):
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(server.AddressError, match="is in use"):
            server.open_socket(f"unix:{path}")
    server.open_socket(f"unix:{path}").close()  # what it left behind is nobody's


def test_it_takes_the_socket_that_systemd_passes_on(env, free_port):
    with serving(env, f"127.0.0.1:{free_port}", sys.executable, "-c", LISTEN.format(port=free_port)):
        assert asyncio.run(status_of(f"127.0.0.1:{free_port}", "/consultation/")) == 200


def test_half_requests_keep_nobody_waiting(env, free_port):
    address, connections = f"127.0.0.1:{free_port}", []
    with serving(env, address):
        for request in (HALF_HEADER, HALF_BODY) * 100:
            connections.append(socket.create_connection(("127.0.0.1", free_port)))
            connections[-1].sendall(request)
        time.sleep(0.5)
        start = time.monotonic()
        assert set(asyncio.run(visit(address, 20))) == {200}
        assert time.monotonic() - start < 10  # less than the shortest deadline of those that wait
        for connection in connections:
            connection.close()


def test_a_process_that_is_killed_is_replaced(env, free_port):
    address = f"127.0.0.1:{free_port}"
    with serving(env, address) as process:
        before = children(process)

        async def kill_one():
            visits = asyncio.create_task(visit(address, 100))
            await asyncio.sleep(0.05)
            os.kill(min(before), signal.SIGKILL)
            return await visits

        statuses = asyncio.run(kill_one())
        assert statuses.count(200) >= 96  # those that it was answering, of four clients
        wait_until(lambda: len(children(process)) == 2 and children(process) != before)
        assert set(asyncio.run(visit(address, 20))) == {200}


def test_no_request_is_lost_when_the_processes_are_restarted(env, free_port):
    address = f"127.0.0.1:{free_port}"
    with serving(env, address) as process:
        before = children(process)

        async def restart():
            visits = []
            process.send_signal(signal.SIGHUP)
            while children(process) & before:
                visits += await visit(address, 20, tries=2)
            return visits

        statuses = asyncio.run(restart())
    assert set(statuses) == {200}
    assert len(statuses) >= 40


def test_what_is_being_sent_is_answered_before_the_end(env, free_port):
    with serving(env, f"127.0.0.1:{free_port}") as process:

        async def send_while_it_stops():
            reader, writer = await connect(f"127.0.0.1:{free_port}")
            writer.write(b"POST /consultation/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 6\r\n\r\nname")
            await asyncio.sleep(0.5)
            process.terminate()
            await asyncio.sleep(0.5)
            writer.write(b"=Z")
            line = await reader.readline()
            writer.close()
            return line

        assert asyncio.run(send_while_it_stops()) == b"HTTP/1.1 403 Forbidden\r\n"  # of a form without its token
        assert process.wait(15) == 0


def test_a_process_that_has_just_begun_ends_at_once(env):
    env = env | {"DJANGO_SETTINGS_MODULE": "practice.settings"}
    command = [sys.executable, "-c", SLOW_TO_BEGIN]
    with subprocess.Popen(command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        start = time.monotonic()
        process.terminate()
        process.wait(server.MAX_STOP_SECONDS + 5)
        assert time.monotonic() - start < server.MAX_STOP_SECONDS / 2


def test_its_processes_end_with_it(env, free_port):
    with serving(env, f"127.0.0.1:{free_port}") as process:
        left = children(process)
        process.kill()
        process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))
        server.open_socket(f"127.0.0.1:{free_port}").close()


def test_an_unsafe_setting_ends_it_with_a_sentence(env, free_port):
    command = [sys.executable, "manage.py", "serve", f"--bind=127.0.0.1:{free_port}"]
    ended = subprocess.run(command, cwd=BASE_DIR, env=env | {"SECRET_KEY": "short"}, capture_output=True, text=True)

    assert ended.returncode == 3
    assert "SECRET_KEY is missing or too weak." in ended.stderr
    assert "Traceback" not in ended.stderr

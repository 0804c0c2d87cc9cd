import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from practice.management.commands.prepare import readable_password
from tests.environment import TESTING

ROOT = Path(__file__).resolve().parents[2]


def environment(tmp_path, **changes):
    without = {key: value for key, value in TESTING.items() if key != "SITE_URL"}
    database = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
        "EMAIL_URL": f"filemail://{tmp_path}/mail",
    }
    return {"PATH": os.environ["PATH"], **without, **database, **changes}


def start(env, *options):
    command = [sys.executable, "manage.py", "start", *options]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def test_a_port_in_use_is_told_before_anything_is_prepared(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = start(environment(tmp_path, PORT=str(port)), "--prepare")
    assert started.returncode == 1
    assert started.stderr == f"Port {port} is in use. Choose another: PORT={port + 1} make run\n"
    assert started.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "८०"])
def test_a_port_that_is_none_is_refused(port, tmp_path):
    started = start(environment(tmp_path, PORT=port, PYTHONUTF8="1"))
    assert started.returncode == 1
    assert started.stderr == f"PORT is {port!r}, which is not a number from 1 to 65535.\n"


def test_a_database_that_cannot_be_used_is_told_in_a_sentence(tmp_path, free_port):
    nowhere = environment(tmp_path, PORT=str(free_port), DATABASE_URL=f"sqlite:///{tmp_path}/none/site.sqlite3")
    started = start(nowhere, "--prepare")
    assert started.returncode == 1
    assert started.stderr == ("The database in DATABASE_URL can't be used: unable to open database file\n")


def get(url, seconds=60):
    """Return the status and body of the site's answer, and wait while it is starting."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (http on this machine)
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert time.monotonic() < deadline, "The site never answered."
            time.sleep(0.1)


def test_one_command_prepares_serves_and_ends_on_a_signal(tmp_path, free_port):
    env = environment(tmp_path, PORT=str(free_port))
    command = [sys.executable, "manage.py", "start", "--prepare"]
    site = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        status, page = get(f"http://127.0.0.1:{free_port}/addictions/ketamine/")
    finally:
        site.send_signal(signal.SIGINT)
        output, errors = site.communicate(timeout=20)
    assert (status, site.returncode, errors) == (200, 0, "")
    assert f'<link rel="canonical" href="http://127.0.0.1:{free_port}/addictions/ketamine/"' in page
    assert f"The site:  http://127.0.0.1:{free_port}/\n" in output
    assert f"Your desk: http://127.0.0.1:{free_port}/admin/\n" in output
    assert f"Messages:  files in {os.path.relpath(tmp_path / 'mail', ROOT)}/\n" in output
    assert len(re.findall(r"Password: ([a-z2-9]{4}-){4}[a-z2-9]{4}\n", output)) == 1


def test_the_administrators_password_is_shown_once_and_works(db, client, capsys):
    call_command("prepare")
    sign_in = re.search(r"Username: (\S+)  Password: (\S+)", capsys.readouterr().out)
    assert client.login(username=sign_in[1], password=sign_in[2]) is True
    call_command("prepare")
    assert "Password" not in capsys.readouterr().out
    assert User.objects.count() == 1


def test_no_administrator_is_made_where_there_is_one(therapist, capsys):
    call_command("prepare")
    assert "Password" not in capsys.readouterr().out
    assert list(User.objects.all()) == [therapist]


def test_each_password_is_new_and_free_of_letters_that_look_alike():
    first, second = readable_password(), readable_password()
    assert first != second
    assert len(first.replace("-", "")) == 20
    assert not set(first + second) & set("0O1lIi")

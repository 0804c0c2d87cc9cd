"""The site as it is served: `manage.py start` in a process of its own, and a client that sends any bytes."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from practice.models import DeskRole
from tests.environment import TESTING
from tests.prepared_site import DATABASE, OUTPUT, prepared_site

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = {  # to the consultation form, but for an email address
    "appointment_type": "complimentary-consultation",
    "on_behalf": "myself",
    "location": "harley-street",
    "timing": "not-ready",
    "name": "Zoë O’Hara",
    "channel": "email",
    "message": "I would like to talk.",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Answer:
    status: int  # 0 if the connection was closed without an answer
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


NEW_REQUEST = """
import uuid
from django.utils import timezone
from bookings import enquiries, private_links
from bookings.models import AppointmentType
from bookings.reply_deadline import ReplyPolicy
now = timezone.now()
details = dict(appointment_type=AppointmentType.objects.first(), on_behalf="myself", name="Zoe", channel="email")
details |= dict(email="zoe@example.org", form_digest=uuid.uuid4().hex, answers_digest=uuid.uuid4().hex)
enquiry = enquiries.receive(details, policy=ReplyPolicy(1), suspicion="", form_id="form", now=now)
print(enquiry.reference, private_links.path(enquiry, now))
"""


class ServedSite:
    def __init__(self, port: int, password: str, environment: dict[str, str]) -> None:
        self.port, self.password, self.environment = port, password, environment

    def send(self, request: bytes, seconds: float = 30) -> Answer:
        """Send the bytes and read the answer; the connection stays open, as a visitor's does."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            with suppress(OSError):  # answered and closed before everything was sent
                connection.sendall(request)
            answer = http.client.HTTPResponse(connection, method=request.split(b" ")[0].decode("latin-1"))
            try:
                answer.begin()
                body = answer.read()
            except (http.client.HTTPException, ConnectionResetError):
                return Answer(0, {}, b"")
            finally:
                answer.close()
            return Answer(answer.status, {name.title(): value for name, value in answer.getheaders()}, body)

    def request(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body.encode())}"] if body else []
        return self.send("\r\n".join([*lines, "", body]).encode())

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def post(self, path: str, fields: dict, cookie: str) -> Answer:
        body = urlencode(fields, doseq=True)
        return self.request("POST", path, body, **FORM, Cookie=cookie, Origin=f"http://127.0.0.1:{self.port}")

    def form(self, path: str, cookie: str = "") -> tuple[dict[str, str], str]:
        """Return the hidden fields of a page's form, and the cookie that protects it."""
        page = self.get(path, Cookie=cookie)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        return hidden, page.headers["Set-Cookie"].partition(";")[0]

    def add_account(self, role: DeskRole) -> None:
        """Create an account in this role and named after it, with the therapist's password."""
        code = (
            "from django.contrib.auth.models import User; from practice.models import DeskRole; "
            f"from practice.roles import give_role; user = User(username={role.value!r}); "
            f"user.set_password({self.password!r}); "
            f"give_role(user, DeskRole({role.value!r}))"
        )
        self.shell(code)

    def open_private_page(self) -> tuple[str, str]:
        """Return the reference of a new request, and the cookie of a browser that has followed its private link."""
        reference, path = self.shell(NEW_REQUEST).split()
        answer = self.get(path)
        assert answer.headers["Location"] == f"/private/{reference}/"
        return reference, answer.headers["Set-Cookie"].partition(";")[0]

    def shell(self, code: str) -> str:
        """Run Python in the site, and return what it printed."""
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
        run = subprocess.run(command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True)
        return run.stdout

    def sign_in(self, username: str = "therapist") -> str:
        """Return the cookies of somebody who has signed in."""
        hidden, form_cookie = self.form("/admin/login/")
        fields = hidden | {"username": username, "password": self.password, "next": "/admin/"}
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            body = urlencode(fields)
            connection.sendall(
                f"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: {form_cookie}\r\n"
                f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            )
            with closing(http.client.HTTPResponse(connection)) as answer:
                answer.begin()
                cookies = [value.partition(";")[0] for value in answer.headers.get_all("Set-Cookie", [])]
        assert answer.status == 302
        return "; ".join(cookies)


@contextmanager
def served_site(folder: Path, **environment: str) -> Iterator[ServedSite]:
    """Start a site that keeps everything in the folder; its words go to `output` there.

    It is a copy of a site that was prepared once, unless the environment names a place of its own.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    without = {name: value for name, value in TESTING.items() if name != "SITE_URL"}
    env = {
        "PATH": os.environ["PATH"],
        **without,
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "EMAIL_URL": f"filemail://{folder}/mail",
        "VAR_DIR": str(folder / "var"),
        "PORT": str(port),
        **environment,
    }
    command = [sys.executable, "manage.py", "start"]
    said = ""
    if {"DATABASE_URL", "VAR_DIR"} & set(environment):
        command.append("--prepare")
    else:
        said = copy_prepared_site(folder)
    with (folder / "output").open("w") as output:
        output.write(said)
        output.flush()  # before what the site writes
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
        try:
            wait_until_served(port, process)
            password = re.search(r"Password: (\S+)", (folder / "output").read_text())
            yield ServedSite(port, password[1] if password else "", env)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def copy_prepared_site(folder: Path) -> str:
    """Copy it to where the environment of served_site says, and return what `prepare` said."""
    shutil.copytree(prepared_site(), folder / "var")
    (folder / "var" / DATABASE).rename(folder / DATABASE)
    return (folder / "var" / OUTPUT).read_text()


def wait_until_served(port: int, process: subprocess.Popen, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/robots.txt")
                connection.getresponse().read()
            return
        except OSError:
            assert process.poll() is None, "The site ended."
            assert time.monotonic() < deadline, "The site never answered."
            time.sleep(0.2)

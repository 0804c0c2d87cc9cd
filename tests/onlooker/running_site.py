"""A site of its own in a folder: its web server, worker and mail server, and Caddy in front where it is installed."""

import base64
import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.layout import Layout
from practice.backups.encryption import new_key_pair
from tests.deploy import proxies
from tests.environment import TESTING
from tests.mail_server import MailServer, free_port, wait_until
from tests.served_site import ROOT, wait_until_served

THERAPIST = "therapist@mailbox.example"
FACTS = """
from practice.models import Practice
practice = Practice.objects.get()
practice.therapist_name, practice.notification_address, practice.leave_url = "Ada Finch", {therapist!r}, {leave!r}
practice.reply_to = "desk@example.org"
practice.save()
"""


@dataclass
class RunningSite:
    folder: Path
    env: dict[str, str]
    origin: str  # what visitors type
    mail: MailServer
    password: str = ""
    backup_secret: str = ""
    certificate: Path | None = None  # of Caddy's own authority
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-c", code)

    def start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("w") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log
            )

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(30)

    @property
    def browser_flags(self) -> list[str]:
        """Return how Chromium is to trust the certificate; it keeps no page of a site that it doesn't trust."""
        if not self.certificate:
            return []
        key = x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_key()
        digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
        return [f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"]


@contextmanager
def running_site(folder: Path, database_url: str) -> Iterator[RunningSite]:
    """Run the site until the end of the block; the folder has to have a short name, for the sake of the socket."""
    layout = Layout(folder)
    layout.socket.parent.mkdir(parents=True)
    public, secret = new_key_pair()
    with ExitStack() as stack:
        mail = stack.enter_context(MailServer(free_port()))
        certificate, port = None, free_port()
        bind, origin = f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"
        if proxies.find_program("caddy"):
            proxy = stack.enter_context(proxies.running("caddy", layout, folder / "proxy"))
            bind, origin = f"unix:{layout.socket}", f"https://localhost:{proxy.site.https_port}"
            certificate = folder / "proxy/caddy/pki/authorities/local/intermediate.crt"
        env = {
            "PATH": os.environ["PATH"],
            "PGUSER": os.environ.get("PGUSER", "postgres"),
            **TESTING,
            "SITE_URL": origin,
            "BEHIND_PROXY": str(certificate is not None),
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail.controller.port}",
            "VAR_DIR": str(folder / "var"),
            "BACKUP_RECIPIENTS": public,
        }
        site = RunningSite(folder, env, origin, mail, backup_secret=secret, certificate=certificate)
        site.password = re.search(r"Password: (\S+)", site.manage("prepare"))[1]
        site.shell(FACTS.format(therapist=THERAPIST, leave=f"{origin}/nowhere-else/"))
        stack.callback(site.stop)
        site.start("web", "serve", f"--bind={bind}", "--workers=1")
        site.start("worker", "run_worker", "--watch", "--every=0.5")
        if certificate:
            wait_until(lambda: is_answered(layout.socket))  # the proxy gives up earlier
        else:
            wait_until_served(port, site.processes["web"])
        yield site


def is_answered(path: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(10)
        try:
            connection.connect(str(path))
            connection.sendall(b"GET /robots.txt HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return bool(connection.recv(1))
        except OSError:
            return False

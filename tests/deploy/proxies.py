"""Caddy and nginx with the example configuration, on ports of this machine, in front of a socket."""

import datetime
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy import proxy
from deploy.layout import Layout
from deploy.outside import Site
from practice.settings import BASE_DIR

NAME = "practice.example"
PACKAGES = {"caddy": "caddy", "nginx": "nginx-light", "systemd-analyze": "systemd"}  # of Debian, by their programs
NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/main-error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    error_log {folder}/http-error.log;
    {site}
}}
"""


@dataclass
class Proxy:
    kind: str
    site: Site
    folder: Path

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def find_program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def program(name: str) -> str:
    path = find_program(name)
    assert path, f"{name} isn't here: apt-get install {PACKAGES[name]}"
    return path


@contextmanager
def running(kind: str, layout: Layout, folder: Path) -> Iterator[Proxy]:
    """Start the proxy in front of the socket of the layout. It trusts a certificate authority of its own."""
    folder.mkdir()
    http_port, https_port = free_port(), free_port()
    write = {"caddy": caddy, "nginx": nginx}[kind]
    command, authority = write(layout, folder, http_port, https_port)
    env = {"PATH": os.environ["PATH"]} | dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))
    with (folder / "output.log").open("w") as output:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=output, stderr=output)
        try:
            wait(process, https_port, authority, folder)
            context = ssl.create_default_context(cafile=authority)
            yield Proxy(kind, Site(NAME, context, "127.0.0.1", http_port, https_port), folder)
        finally:
            process.terminate()
            process.wait(30)


def caddy(layout: Layout, folder: Path, http_port: int, https_port: int) -> tuple[list[str], Path]:
    text = proxy.caddyfile(layout, [NAME, "localhost"], internal=True)
    options = f"skip_install_trust\n\thttp_port {http_port}\n\thttps_port {https_port}\n"
    text = text.replace("\n{\n", f"\n{{\n\t{options}", 1)
    (folder / "Caddyfile").write_text(text)
    authority = folder / "caddy/pki/authorities/local/root.crt"
    return [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"], authority


def nginx(layout: Layout, folder: Path, http_port: int, https_port: int) -> tuple[list[str], Path]:
    text = (BASE_DIR / "deploy/nginx/practice.conf").read_text()
    text = "".join(line for line in text.splitlines(keepends=True) if "listen [::]" not in line)
    for old, new in {
        "listen 80 ": f"listen 127.0.0.1:{http_port} ",
        "listen 443 ": f"listen 127.0.0.1:{https_port} ",
        "/etc/letsencrypt/live/practice.example": str(folder),
        "/var/log/nginx/": f"{folder}/",
        "unix:/run/practice/site.sock": f"unix:{layout.socket}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    make_certificate(folder)
    user = "" if os.geteuid() else "user root;"  # who may enter the folders of the test
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, site=text, user=user))
    return [program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)], folder / "fullchain.pem"


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))


def wait(process: subprocess.Popen, port: int, authority: Path, folder: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        assert process.poll() is None, (folder / "output.log").read_text()
        assert time.monotonic() < deadline, "The proxy never answered."
        try:
            if authority.exists():
                socket.create_connection(("127.0.0.1", port), 5).close()
                return
        except OSError:
            pass
        time.sleep(0.1)

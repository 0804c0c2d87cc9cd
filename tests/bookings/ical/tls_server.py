"""A real TLS server on loopback with an authority of its own, reached as if it were somewhere public."""

import contextlib
import datetime
import socket
import ssl
import threading
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bookings.ical.download import Network

HOST = "calendar.example"
PUBLIC_IP = "93.184.216.34"
CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"


def reply(body=CALENDAR, status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location, status="302 Found"):
    return reply(b"", status, Location=location)


class CertificateAuthority:
    """Signs certificates for hosts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        builder = self._certificate(self.name, self.key).add_extension(x509.BasicConstraints(True, 0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
        )
        self.certificate = builder.sign(self.key, hashes.SHA256())

    def _certificate(self, subject, key, begins=-1, ends=1):
        """`begins` and `ends` are days from now."""
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=begins))
            .not_valid_after(now + datetime.timedelta(days=ends))
        )

    def server_context(self, host: str, **validity: float) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = self._certificate(subject, key, **validity).add_extension(names, critical=False)
        builder = builder.add_extension(issuer, critical=False).sign(self.key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / f"{host}.pem"
        path.write_bytes(private + builder.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.pem)


class CalendarServer:
    """Answers each path with bytes, or with pieces of bytes a little apart; None hangs before the handshake."""

    def __init__(self, context: ssl.SSLContext, answers: dict, pause: float = 0.05) -> None:
        self.context = context
        self.answers = answers
        self.pause = pause
        self.requests: list[bytes] = []
        self.connected: list[str] = []
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self._listen)

    def network(self, trust: ssl.SSLContext, hosts: dict[str, list[str]] | None = None) -> Network:
        hosts = {HOST: [PUBLIC_IP]} if hosts is None else hosts

        def resolve(host):
            if host not in hosts:
                raise socket.gaierror
            return hosts[host]

        def connect(ip, seconds):
            self.connected.append(ip)
            return socket.create_connection(self.listener.getsockname(), timeout=seconds)

        return Network(resolve, connect, trust)

    def __enter__(self) -> "CalendarServer":
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(timeout=10)
        self.listener.close()

    def _listen(self) -> None:
        while not self.over.is_set():
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            with plain, contextlib.suppress(OSError):
                self._answer(plain)

    def _answer(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        if self.answers is None:
            self.over.wait(5)
            return
        with self.context.wrap_socket(plain, server_side=True) as connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            self.requests.append(request)
            answer = self.answers[request.split()[1].decode()]
            for piece in [answer] if isinstance(answer, bytes) else answer:
                connection.sendall(piece)
                if not isinstance(answer, bytes):
                    time.sleep(self.pause)
            connection.unwrap()

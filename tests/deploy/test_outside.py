"""What the look from outside says of a certificate, against a TLS server on loopback."""

import socket
import subprocess
import sys
from threading import Thread

import pytest

from deploy import outside
from practice.settings import BASE_DIR
from tests.bookings.ical.tls_server import CertificateAuthority


@pytest.mark.parametrize(
    ("begins", "ends", "problems"),
    [
        (-30, 60, []),
        (-0.3, 0.2, []),  # twelve hours in all, as Caddy's own authority gives
        (-0.4, 0.1, ["The certificate ends in 2 hours: the proxy should have replaced it."]),
        (-80, 10.5, ["The certificate ends in 10 days: the proxy should have replaced it."]),
    ],
)
def test_a_certificate_is_judged_by_its_own_lifetime(tmp_path, begins, ends, problems):
    authority = CertificateAuthority(tmp_path)
    context = authority.server_context("localhost", begins=begins, ends=ends)

    def answer():
        with listener.accept()[0] as plain, context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=answer)
        thread.start()
        site = outside.Site("localhost", authority.trusting(), https_port=listener.getsockname()[1])
        assert list(outside.certificate(site)) == problems
        thread.join(10)


def test_it_runs_on_a_machine_without_the_packages():
    command = [sys.executable, "-S", "-m", "deploy.outside", "--help"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

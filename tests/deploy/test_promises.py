"""What the units and the examples of proxies promise, as far as it can be read in them."""

import re
import subprocess
from configparser import ConfigParser

import pytest
from django.conf import settings

from deploy import proxy
from deploy.layout import Layout
from practice.settings import BASE_DIR
from tests.deploy.proxies import program

UNITS = sorted(path.name for path in (BASE_DIR / "deploy/systemd").iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
HARDENING = {
    "User": "practice",
    "UMask": "0077",
    "CapabilityBoundingSet": "",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "StateDirectory": "practice",
    "StateDirectoryMode": "0700",
    "SystemCallErrorNumber": "EPERM",
}


def service(name):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(BASE_DIR / "deploy/systemd" / name)
    return unit["Service"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_rights(name):
    found = service(name)
    assert {option: found.get(option) for option in HARDENING} == HARDENING
    assert found["ExecStart"].startswith("/opt/practice/current/.venv/bin/")
    assert "MemoryMax" in found


def test_the_services_differ_only_in_what_they_run():
    own = {"Type", "ExecStart", "ExecReload", "Restart", "RestartSec", "TimeoutStopSec", "TimeoutStartSec", "MemoryMax",
           "TasksMax", "Nice"}  # fmt: skip
    rest = [{option: value for option, value in service(name).items() if option not in own} for name in SERVICES]
    assert rest[0] == rest[1] == rest[2]


def test_the_worker_is_given_the_time_that_it_takes_to_end():
    from bookings.management.commands.run_worker import MAX_STOP_SECONDS

    assert int(service("practice-worker.service")["TimeoutStopSec"]) >= MAX_STOP_SECONDS + 2


def test_caddy_and_nginx_have_the_limits_of_the_site():
    caddy = (BASE_DIR / "deploy/caddy/Caddyfile").read_text()
    nginx = (BASE_DIR / "deploy/nginx/practice.conf").read_text()
    units = {"MB": 1_000_000, "KiB": 1024, "k": 1024, "": 1}
    patterns = [(caddy, r"max_size (\d+)(\w+)"), (caddy, r"Length}\) > (\d+)()"), (nginx, r"body_size (\d+)(k?);")]
    for text, pattern in patterns:
        limits = {int(number) * units[unit] for number, unit in re.findall(pattern, text)}
        assert limits == {settings.MAX_BYTES_FROM_VISITORS, settings.MAX_BYTES_FROM_STAFF}


def test_caddys_file_is_written_for_this_site(tmp_path):
    text = proxy.caddyfile(Layout(tmp_path), ["practice.example", "www.practice.example"], internal=False)
    assert text.startswith(proxy.MARK)
    assert "\npractice.example, www.practice.example {\n" in text
    assert f"unix/{tmp_path}/run/practice/site.sock" in text
    assert "{$" not in text
    assert "tls internal" not in text


@pytest.mark.needs("systemd-analyze")
def test_the_units_are_what_systemd_understands(tmp_path):
    """Without the programs that they start, which are on the server."""
    for name in UNITS:
        text = (BASE_DIR / "deploy/systemd" / name).read_text()
        (tmp_path / name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    command = [program("systemd-analyze"), "verify", "--man=no", *(tmp_path / name for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "practice-" in line] == []
    assert done.returncode == 0

"""What the containers promise, as far as it can be read; a workflow builds and starts them."""

import re

import pytest
import yaml

from practice.settings import BASE_DIR

COMPOSE = yaml.safe_load((BASE_DIR / "compose.yaml").read_text())


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_container_has_no_rights_and_no_port(name):
    container = COMPOSE["services"][name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    is_proxy = name == "proxy"
    assert container.get("ports") == (["80:80", "443:443"] if is_proxy else None)
    assert container.get("cap_add") == (["NET_BIND_SERVICE"] if is_proxy else None)
    assert ("user" in container) is not is_proxy
    assert "privileged" not in container


def test_the_database_can_not_be_reached_over_a_network():
    database = COMPOSE["services"]["database"]
    assert database["network_mode"] == "none"
    assert database["command"][-1] == "listen_addresses="


def test_the_image_runs_as_nobody_and_is_built_from_the_lock():
    stages = re.split(r"^FROM ", (BASE_DIR / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]
    assert len(stages) == 2
    assert "--require-hashes" in stages[0]
    assert re.search(r"^USER 10001$", stages[1], re.MULTILINE)
    assert "pip install" not in stages[1]
    ignored = (BASE_DIR / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not {"!.env", "!.git", "!tests", "!."} & set(ignored)

"""The guides name what is there: options, commands, folders, files."""

import re
import subprocess

import pytest
from django.core.management import get_commands

from deploy.layout import Layout
from practice.settings import BASE_DIR

GUIDES = ["docs/deployment.md", "docs/upgrading.md", "docs/each-year.md", "README.md"]


def read(guide):
    return (BASE_DIR / guide).read_text()


@pytest.mark.parametrize("script", ["install", "upgrade", "outside-check"])
def test_every_option_that_is_named_exists(script):
    command = [BASE_DIR / f"deploy/{script}", "--help"]
    known = set(re.findall(r"--[a-z-]+", subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    named = {
        option
        for guide in GUIDES
        for line in re.findall(rf"deploy/{script}([^`\n]*)", read(guide))
        for option in re.findall(r"--[a-z-]+", line)
    }
    assert named <= known
    assert named or script == "outside-check"


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_that_is_named_exists(guide):
    named = set(
        re.findall(r"(?:^|`)(?:practice|python manage\.py|\S*/python manage\.py) ([a-z_]+)", read(guide), re.MULTILINE)
    )
    assert named <= set(get_commands())


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_leads_somewhere(guide):
    folder = (BASE_DIR / guide).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)", read(guide))
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_folders_are_those_of_the_installation():
    guide, layout = read("docs/deployment.md"), Layout()
    for path in (layout.env_file, layout.releases, layout.var, layout.backups, layout.socket, layout.caddyfile):
        assert str(path) in guide
    assert str(layout.keys_to_take_away) in guide
    for unit in ("practice-web", "practice-worker", "practice-backup.timer"):
        assert unit in guide

"""The documented command of gunicorn listens on this machine alone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from practice.settings import BASE_DIR
from tests.environment import TESTING

SHOW_ADDRESS = """
import sys
from gunicorn.app.wsgiapp import WSGIApplication
sys.argv = ["gunicorn", *sys.argv[1:]]
print(WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").cfg.address)
"""


def documented_command() -> list[str]:
    return re.search(r"^gunicorn (practice\.wsgi .*)$", (BASE_DIR / "README.md").read_text(), re.MULTILINE)[1].split()


@pytest.mark.parametrize("port", ["8000", "9000", ""])
def test_whatever_the_environment_says(port):
    command = [sys.executable, "-c", SHOW_ADDRESS, *documented_command()]
    env = {**TESTING, **({"PORT": port} if port else {})}
    addresses = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=True).stdout

    assert addresses == "[('127.0.0.1', 8000)]\n"


def test_the_list_of_settings_to_copy_names_no_variable_that_a_server_listens_on():
    names = re.findall(r"^(?:# )?(\w+)=", Path(BASE_DIR / ".env.example").read_text(), re.MULTILINE)

    assert not {"PORT", "HOST", "BIND", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"}.intersection(names)

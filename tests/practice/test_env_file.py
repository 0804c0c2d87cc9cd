import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from cryptography.fernet import Fernet

from practice.env import read_file
from practice.env_file import development_env, write_development_env
from tests.environment import TESTING

ROOT = Path(__file__).resolve().parents[2]


def variables(text):
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def test_the_development_env_is_written_for_its_owner_alone(tmp_path):
    path = tmp_path / ".env"
    assert write_development_env(path) is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_env_that_is_there_is_never_overwritten(tmp_path):
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    assert write_development_env(path) is False
    assert path.read_text() == "SECRET_KEY=mine\n"


def test_the_development_env_stays_right_when_the_folder_is_renamed():
    assert str(ROOT) not in development_env()


def test_each_development_env_has_keys_of_its_own():
    first, second = variables(development_env()), variables(development_env())
    assert first["SECRET_KEY"] != second["SECRET_KEY"]
    assert first["FIELD_KEY"] != second["FIELD_KEY"]
    assert len(first["SECRET_KEY"]) >= 50
    Fernet(first["FIELD_KEY"])


def test_the_example_names_every_variable_that_the_development_env_sets():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    assert set(variables(development_env())) <= named


def test_the_example_names_every_variable_that_the_site_reads():
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    settings = (ROOT / "practice" / "settings.py").read_text()
    read = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", settings))
    assert named == read


def test_what_the_environment_holds_wins_over_the_env_file(tmp_path, monkeypatch):
    path = tmp_path / ".env"
    path.write_text("REPLY_COLOUR=file\nREPLY_SHAPE=file\n")
    monkeypatch.setenv("REPLY_COLOUR", "environment")
    monkeypatch.delenv("REPLY_SHAPE", raising=False)
    read_file(path)  # as practice/settings.py does
    assert (os.environ["REPLY_COLOUR"], os.environ["REPLY_SHAPE"]) == ("environment", "file")


def test_the_example_with_its_keys_filled_in_starts_a_site_on_this_machine(prepared):
    example = variables((ROOT / ".env.example").read_text())
    keys = {"SECRET_KEY": TESTING["SECRET_KEY"], "FIELD_KEY": TESTING["FIELD_KEY"]}
    served = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import practice.wsgi"],
        cwd=ROOT,
        env={**example, **keys, **prepared},
        capture_output=True,
        text=True,
    )
    assert (served.returncode, served.stderr) == (0, "")

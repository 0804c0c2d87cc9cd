"""`make` explains itself and works before anything is installed."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOO_OLD = "Python 3.11 or newer is needed; name one that you have, for example: make run PYTHON=python3.13"
INSTALLING = "Installing what requirements-lock.txt lists; the first time takes a minute or two.\n"


@pytest.fixture
def clone(tmp_path):
    """Return a folder with the files of the project that installing needs."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements-lock.txt").write_text("# nothing\n")
    (tmp_path / "requirements-dev-lock.txt").write_text("# nothing\n")
    return tmp_path


def make(clone, target="site-packages", python=sys.executable):
    env = {"PATH": os.environ["PATH"], "HOME": str(clone), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    command = ["make", "--no-print-directory", target, f"PYTHON={python}"]
    return subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, timeout=120)


def sentences(done):
    """Return the lines of the error stream, without those of make and pip."""
    return [line for line in done.stderr.splitlines() if not line.startswith(("make: ***", "ERROR: "))]


@pytest.mark.parametrize("target", ["run", "test", "lint", "bench"])
def test_an_old_python_is_refused_in_a_sentence(target, clone):
    old = clone / "python3"
    code = "import sys; sys.version_info = (3, 9, 18); sys.argv.pop(0); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    old.chmod(0o755)
    done = make(clone, target, python=old)
    assert (done.returncode, sentences(done)) == (2, [TOO_OLD])
    assert not (clone / ".venv").exists()


def test_a_missing_python_is_refused_in_the_same_sentence(clone):
    assert sentences(make(clone, "run", python="python-that-is-not-there")) == [TOO_OLD]


@pytest.mark.parametrize("missing", ["ensurepip", "venv"])
def test_a_python_without_venv_is_told_in_one_sentence(clone, missing):
    """Debian's Python, without its package python3-venv, has no ensurepip."""
    without = clone / "python3"
    without.write_text(f'#!/bin/sh\ncase "$2" in *{missing}*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    without.chmod(0o755)
    done = make(clone, python=without)
    assert done.stdout == ""
    assert sentences(done) == ["On Debian and Ubuntu, `apt-get install python3-venv` adds what is missing."]
    assert not (clone / ".venv").exists()


def test_an_environment_that_could_not_be_made_leaves_nothing_behind(clone):
    failing = clone / "python3"
    failing.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec {sys.executable} "$@"\nmkdir -p .venv/bin; echo "No space left"; exit 1\n'
    )
    failing.chmod(0o755)
    done = make(clone, python=failing)
    assert (done.returncode, done.stdout) == (2, "No space left\n")
    assert not (clone / ".venv").exists()


def test_a_folder_that_was_renamed_gets_its_programs_anew(clone, tmp_path):
    assert make(clone).stdout == INSTALLING
    renamed = tmp_path.parent / f"{tmp_path.name} – renamed"
    clone.rename(renamed)
    assert make(renamed).stdout == f"The folder was moved, so .venv is made anew.\n{INSTALLING}"
    version = subprocess.run([renamed / ".venv/bin/pip", "--version"], capture_output=True, text=True, check=True)
    assert str(renamed) in version.stdout
    assert make(renamed).stdout == ""


def test_an_environment_behind_a_link_stays(clone, tmp_path):
    assert make(clone).stdout == INSTALLING
    linked = tmp_path / "linked"
    linked.mkdir()
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt", ".venv"):
        (linked / name).symlink_to(clone / name)
    assert make(linked).stdout == ""


def test_packages_are_installed_only_when_the_requirements_changed(clone):
    assert make(clone).stdout == INSTALLING
    assert make(clone).stdout == ""
    (clone / "requirements-lock.txt").write_text("# nothing, but changed\n")
    assert make(clone).stdout == INSTALLING
    assert make(clone).stdout == ""


def test_a_failed_installation_is_told_and_tried_again(clone):
    unknown = f"a-package-that-is-not-here==1.0 --hash=sha256:{'0' * 64}\n"
    (clone / "requirements-lock.txt").write_text(unknown)
    done = make(clone)
    assert done.returncode == 2
    assert "No matching distribution found for a-package-that-is-not-here==1.0" in done.stderr
    assert sentences(done) == ["The packages could not be installed; the first time, this needs the internet."]
    (clone / "requirements-lock.txt").write_text("# nothing\n")
    assert make(clone).returncode == 0


def test_a_package_without_its_digest_is_not_installed(clone):
    with zipfile.ZipFile(clone / "thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("thing-1.0.dist-info/RECORD", "")
    (clone / "requirements-lock.txt").write_text("./thing-1.0-py3-none-any.whl\n")
    done = make(clone)
    assert done.returncode == 2
    assert "Hashes are required in --require-hashes mode" in done.stderr

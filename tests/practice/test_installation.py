import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTHING = "# nothing\n"


@pytest.fixture
def clone(tmp_path):
    """As much of the project as installing takes, in a folder of its own."""
    (tmp_path / "practice").mkdir()
    for name in ("Makefile", "practice/__init__.py", "practice/installation.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements.txt").write_text(NOTHING)
    return tmp_path


def make(clone, target="site-packages", **env):
    offline = {"PIP_CONFIG_FILE": "/dev/null", "PIP_NO_INDEX": "1", **env}
    command = ["make", "--no-print-directory", target, f"PYTHON={offline.pop('PYTHON', sys.executable)}"]
    known = {"PATH": os.environ["PATH"], "HOME": str(clone), **offline}
    return subprocess.run(command, cwd=clone, env=known, capture_output=True, text=True, timeout=120)


def sentence(done):
    """What was said on the error stream, without make's own last line."""
    return [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]


@pytest.mark.parametrize("target", ["run", "test", "lint", "bench"])
def test_an_old_python_is_refused_in_a_sentence(target, clone):
    old = clone / "python3"
    code = "import sys; sys.version_info = (3, 9, 18); sys.argv.pop(0); exec(sys.argv[1])"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{code}" "$@"\n')
    old.chmod(0o755)
    done = make(clone, target, PYTHON=str(old))
    assert done.returncode == 2
    assert sentence(done) == [
        "Python 3.11 or newer is needed; name one that you have, for example: make run PYTHON=python3.13"
    ]
    assert not (clone / ".venv").exists()


def test_a_missing_python_is_told_in_the_same_sentence(clone):
    done = make(clone, "run", PYTHON="python-that-is-not-there")
    assert sentence(done) == [
        "Python 3.11 or newer is needed; name one that you have, for example: make run PYTHON=python3.13"
    ]


def test_packages_are_installed_only_when_the_requirements_changed(clone):
    told = "Installing what requirements.txt lists; the first time takes a minute or two.\n"
    assert make(clone).stdout == told
    assert make(clone).stdout == ""
    (clone / "requirements.txt").write_text(f"{NOTHING}# changed\n")
    assert make(clone).stdout == told
    assert make(clone).stdout == ""


def test_a_venv_left_half_made_is_made_afresh(clone):
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (clone / ".venv" / "unfinished").touch()
    done = make(clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (clone / ".venv" / "unfinished").exists()
    assert make(clone).stdout == ""


def test_without_a_network_one_sentence_says_so_and_the_next_run_goes_on(clone):
    (clone / "requirements.txt").write_text("a-package-that-is-not-here==1.0\n")
    nobody = "http://127.0.0.1:9/simple"
    done = make(clone, PIP_NO_INDEX="0", PIP_INDEX_URL=nobody, PIP_RETRIES="0")
    assert done.returncode == 2
    assert sentence(done) == [
        "The packages could not be downloaded because the package index does not answer: "
        "connect to the internet, then run this again."
    ]
    (clone / "requirements.txt").write_text(NOTHING)
    assert make(clone).returncode == 0
    assert make(clone).stdout == ""


def test_a_package_that_does_not_exist_is_named(clone):
    (clone / "requirements.txt").write_text("a-package-that-is-not-here==1.0\n")
    assert sentence(make(clone)) == [
        "The packages could not be installed (No matching distribution found for "
        "a-package-that-is-not-here==1.0); .venv/install.log has the details."
    ]


def test_a_killed_installation_is_noticed(clone):
    program = textwrap.dedent("""
        import os
        from practice import installation

        def killed(*command, **how):
            os._exit(9)

        installation.is_usable = lambda: True
        installation.VENV.mkdir()
        installation.subprocess.run = killed
        installation.main("requirements.txt")
    """)
    killed = subprocess.run([sys.executable, "-c", program], cwd=clone, capture_output=True, text=True)
    assert killed.returncode == 9
    assert (clone / ".venv" / "unfinished").exists()  # so that the next run makes it afresh

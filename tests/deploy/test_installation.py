"""What `deploy/install` does to a machine, step by step, under a prefix."""

import hashlib
import os
import re
import subprocess
import sys

import pytest

from deploy import installation, machine, proxy, releases, site_env, system, undoing
from deploy.layout import Layout
from practice.settings import BASE_DIR
from tests.deploy.conftest import USER, settings_of

OTHERS = "other.example {\n\trespond hello\n}\n"


@pytest.fixture
def layout(tmp_path, monkeypatch):
    """Return a layout whose commands that need root do nothing."""
    layout = Layout(tmp_path, USER)
    layout.caddyfile.parent.mkdir(parents=True)
    for module in (proxy, installation):
        monkeypatch.setattr(module, "run", lambda *command, **options: None)
    monkeypatch.setattr(os, "chown", lambda *arguments: None)
    return layout


def configure(layout):
    return proxy.configure(layout, ["practice.example"], internal=False)


def test_the_file_of_another_site_is_left_alone(layout, capsys):
    layout.caddyfile.write_text(OTHERS)
    assert not configure(layout)
    assert layout.caddyfile.read_text() == OTHERS
    assert "holds something else" in capsys.readouterr().out


def test_caddys_own_file_is_kept_and_comes_back(layout, monkeypatch):
    layout.caddyfile.write_text(OTHERS)
    monkeypatch.setattr(proxy, "is_as_packaged", lambda path: path.read_text() == OTHERS)
    assert configure(layout)
    assert configure(layout)  # again, over its own
    assert "practice.example {" in layout.caddyfile.read_text()
    proxy.restore(layout)
    assert layout.caddyfile.read_text() == OTHERS


def test_a_packaged_file_is_known_by_its_digest(layout, monkeypatch):
    layout.caddyfile.write_text("as packaged\n")
    digest = hashlib.md5(b"as packaged\n", usedforsecurity=False).hexdigest()
    monkeypatch.setattr(proxy, "output", lambda *command: f" /etc/caddy/Caddyfile {digest}\n /etc/default/caddy 00")
    assert proxy.is_as_packaged(layout.caddyfile)
    layout.caddyfile.write_text(OTHERS)
    assert not proxy.is_as_packaged(layout.caddyfile)


def test_the_keys_to_take_away_are_written_once_for_root_alone(layout):
    layout.env_file.parent.mkdir(parents=True)
    layout.var.mkdir(parents=True)
    values = {name: value for name, value in settings_of(layout).items() if name != "BACKUP_RECIPIENTS"}
    layout.env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))
    release = layout.prefix / "release"
    release.mkdir()
    for path in BASE_DIR.iterdir():
        if path.name not in (".env", ".venv"):
            (release / path.name).symlink_to(path)
    (release / ".venv").symlink_to(sys.prefix)
    installation.make_backup_key(layout, release)
    known = site_env.read(layout.env_file)
    kept = layout.keys_to_take_away.read_text()
    assert known["BACKUP_RECIPIENTS"].startswith("age1")
    assert all(word in kept for word in ("AGE-SECRET-KEY-1", known["BACKUP_RECIPIENTS"], known["FIELD_KEY"]))
    assert "AGE-SECRET-KEY" not in layout.env_file.read_text()
    assert layout.keys_to_take_away.stat().st_mode & 0o777 == 0o600
    installation.make_backup_key(layout, release)
    assert layout.keys_to_take_away.read_text() == kept


def test_a_new_site_begins_with_the_first_step_of_hsts_and_stays_where_it_is(layout, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "word")
    found = installation.Answers("practice.example", "", "a@practice.example", "smtp://x", "b@practice.example", "")
    assert installation.write_settings(layout, found)
    assert site_env.read(layout.env_file)["HSTS_SECONDS"] == "300"
    site_env.change(layout, {"HSTS_SECONDS": "86400"}, group="root")
    assert not installation.write_settings(layout, found)
    assert site_env.read(layout.env_file)["HSTS_SECONDS"] == "86400"


@pytest.mark.parametrize("arguments", [["--help"], ["--domain", "practice.example", "-h"]])
def test_the_help_needs_no_python_and_names_each_option(arguments, tmp_path):
    for name in ("sh", "cat"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    command = [BASE_DIR / "deploy/install", *arguments]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    options = {option for action in installation.parser()._actions for option in action.option_strings}
    assert set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", done.stdout, re.MULTILINE)) == options | {"--help"}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_the_command_takes_files_in_the_folder_that_it_is_called_in(is_deleted, tmp_path):
    runuser, folder = tmp_path / "bin/runuser", tmp_path / "folder"
    folder.mkdir()
    system.write(runuser, f"#!{sys.executable}\nimport os, sys\nprint(os.getcwd(), *sys.argv[1:])\n", mode=0o755)
    as_root = "import os, runpy, sys; os.geteuid = lambda: 0; runpy.run_path(sys.argv.pop(1))"
    call = [sys.executable, "-I", "-c", as_root, BASE_DIR / "deploy/practice", "restore", "a backup.age"]
    script = 'cd "$0"; [ "$1" = False ] || rmdir "$0"; shift; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", script, folder, str(is_deleted), *call],
        env={"PATH": f"{runuser.parent}:/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    called = (
        "-u practice -- /opt/practice/current/.venv/bin/python /opt/practice/current/manage.py restore a backup.age"
    )
    assert (done.stdout, done.stderr) == (f"{'/' if is_deleted else folder} {called}\n", "")
    assert (BASE_DIR / "deploy/practice").read_text().startswith("#!/usr/bin/python3 -I\n")


def test_the_command_is_for_root():
    as_somebody = "import os, runpy, sys; os.geteuid = lambda: 1000; runpy.run_path(sys.argv.pop(1))"
    call = [sys.executable, "-c", as_somebody, BASE_DIR / "deploy/practice", "doctor"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Run this as root: sudo practice doctor\n")


def install(layout, monkeypatch, *arguments):
    """Run the installer with these options, and return what it did about the proxy."""
    done = []
    for name in ("make_user", "make_folders", "report"):
        monkeypatch.setattr(machine, name, lambda *arguments: None)
    for name in ("make_backup_key", "run_checks", "manage"):
        monkeypatch.setattr(installation, name, lambda *arguments, **options: None)
    monkeypatch.setattr(machine, "install_packages", lambda postgresql, caddy: done.append(caddy))
    monkeypatch.setattr(proxy, "configure", lambda layout, names, internal: done.append(internal))
    monkeypatch.setenv("MAIL_PASSWORD", "word")
    layout.current.mkdir(parents=True, exist_ok=True)
    for name in ("practice", "systemd"):
        (layout.current / "deploy").mkdir(exist_ok=True)
        path = layout.current / "deploy" / name
        path.exists() or path.symlink_to(BASE_DIR / "deploy" / name)
    installation.install(layout, installation.parser().parse_args(["--unattended", *arguments]))
    return done


def test_the_proxy_and_the_certificates_that_were_chosen_are_remembered(layout, monkeypatch):
    account = ["--mail-host=mail.practice.example", "--mail-user=a@practice.example"]
    first = [*account, "--domain=practice.example", "--therapist-email=b@practice.example"]
    assert install(layout, monkeypatch, *first, "--proxy=none") == [False]
    assert install(layout, monkeypatch) == [False]
    assert install(layout, monkeypatch, "--proxy=caddy", "--tls=internal") == [True, True]
    assert install(layout, monkeypatch, "--domain=new.example") == [True, True]
    assert install(layout, monkeypatch, "--tls=public") == [True, False]
    assert install(layout, monkeypatch) == [True, False]


@pytest.mark.parametrize(
    ("listening", "sentence"),
    [
        (
            "LISTEN 0 4096 127.0.0.1:5432 0.0.0.0:*\nLISTEN 0 9 *:443 *:*\nLISTEN 0 9 [::]:22 [::]:*\n",
            "only SSH and the proxy",
        ),
        ("LISTEN 0 4096 0.0.0.0:5432 0.0.0.0:*\nLISTEN 0 9 [::1]:25 [::]:*\n", "ports 5432 can be reached"),
    ],
)
def test_what_strangers_can_reach_is_said(listening, sentence, tmp_path, monkeypatch, capsys):
    ss = tmp_path / "ss"
    ss.write_text(f"#!/bin/sh\ncat <<'END'\n{listening}END\n")
    ss.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    machine.report([])
    assert sentence in capsys.readouterr().out


def test_undoing_leaves_what_people_wrote(layout, capsys):
    for unit in undoing.UNITS:
        system.write(layout.units / unit, "[Unit]\n")
    for path in (
        layout.var / "site.sqlite3",
        layout.env_file,
        layout.releases / "0.1/manage.py",
        layout.manage_command,
    ):
        system.write(path, "")
        path.touch()
    undoing.undo(layout)
    left = {path for path in layout.prefix.rglob("*") if path.is_file()}
    assert left == {layout.var / "site.sqlite3", layout.env_file}
    said = capsys.readouterr().out
    assert all(f"Stopping and removing {unit}.\n" in said for unit in undoing.UNITS)
    assert said.index("Removing the code.") < said.index("The site's programs are gone")
    assert f"rm -r {layout.var} {layout.env_file.parent}" in said


def test_every_unit_is_undone():
    assert set(undoing.UNITS) == {path.name for path in (BASE_DIR / "deploy/systemd").iterdir()}


def test_without_systemd_nothing_is_started(layout, monkeypatch, capsys):
    monkeypatch.setattr(machine, "report", lambda names: None)
    found = installation.Answers("practice.example", "", "", "", "", "")
    assert installation.report(layout, found)
    assert "systemd isn't running here, so nothing was started" in capsys.readouterr().out


def test_a_command_that_fails_says_which(capsys):
    with pytest.raises(SystemExit, match=r"This failed \(code 3\): sh -c"):
        system.run("sh", "-c", "echo why; exit 3", quiet=True)
    assert capsys.readouterr().out == "why\n"


def test_the_site_runs_with_nothing_of_roots_environment(layout, monkeypatch):
    monkeypatch.setenv("SECRET_OF_ROOT", "word")
    command = system.of_the_service(layout, ["sh", "-c", "umask; env"])
    umask, *env = system.output(*command).splitlines()
    assert umask == "0077"
    assert {line.partition("=")[0] for line in env} == {"PATH", "HOME", "LANG", "PWD"}


def test_packages_are_installed_by_their_digests_and_never_built(layout, monkeypatch):
    commands = []
    monkeypatch.setattr(releases, "run", lambda *command: commands.append(command))
    monkeypatch.setattr(releases.subprocess, "run", lambda *command, **options: None)
    releases.install_packages(layout.home)
    assert {"--require-hashes", "--only-binary=:all:"} <= set(commands[1])
    assert commands[1][-2:] == ("-r", layout.home / "requirements-lock.txt")

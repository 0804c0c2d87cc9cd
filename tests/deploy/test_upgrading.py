"""Another version in place of the one that is served, and back."""

import os
import shutil
import subprocess
import sys
import tarfile

import pytest

from deploy import releases, running, system, upgrading
from deploy.layout import Layout
from practice.settings import BASE_DIR
from tests.deploy.conftest import copy_of_the_code
from tests.deploy.supervisor import WEB, WORKER

pytestmark = pytest.mark.any_database


@pytest.fixture
def site(installed_site, tmp_path, monkeypatch):
    """Return the layout of the installed site, under a systemd of the test; packages are those of the tests."""
    layout, supervisor = installed_site
    (layout.prefix / "run/systemd/system").mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(releases, "install_packages", lambda release: (release / ".venv").symlink_to(sys.prefix))
    before = layout.current.resolve()
    with supervisor.systemctl(tmp_path):
        yield layout
    layout.current.unlink()
    layout.current.symlink_to(before)
    supervisor.restart(WEB)
    supervisor.restart(WORKER)


@pytest.fixture
def version(tmp_path):
    """Return a folder with another version, which says so in its file for robots."""
    folder = copy_of_the_code(tmp_path / "version")
    (folder / ".venv").unlink()
    (folder / "requirements-lock.txt").touch()
    text = (folder / "practice/__init__.py").read_text()
    (folder / "practice/__init__.py").write_text(text.replace('"0.', '"9.'))
    return folder


def test_an_upgrade_and_the_way_back(site, version, capsys):
    first = site.current.resolve()
    assert upgrading.upgrade(site, str(version), backup=False)
    second = site.current.resolve()
    assert second.name.startswith("9.")
    assert (second / ".env").resolve() == site.env_file
    assert running.wait_for_answer(site.socket)
    assert upgrading.back(site)
    assert (site.current.resolve(), site.previous.resolve()) == (first, second)
    said = capsys.readouterr().out
    assert f"{second.name} is served. `deploy/upgrade --back` brings {first.name} back." in said


def test_a_version_that_does_not_start_is_never_served(site, version, capsys):
    first = site.current.resolve()
    (version / "practice/wsgi.py").write_text("raise RuntimeError('broken')")
    assert not upgrading.upgrade(site, str(version), backup=False)
    assert site.current.resolve() == first
    said = capsys.readouterr().out
    assert "broken" in said
    assert f"doesn't start, so {first.name} is still served" in said


@pytest.fixture
def empty(tmp_path):
    layout = Layout(tmp_path / "prefix", system.pwd.getpwuid(os.geteuid()).pw_name)
    layout.releases.mkdir(parents=True)
    return layout


@pytest.fixture
def two_releases(empty, monkeypatch):
    """Serve the first of two releases, and let every step of the upgrade to the second one succeed."""
    for name in ("first", "second"):
        shutil.copytree(BASE_DIR / "deploy/systemd", empty.releases / name / "deploy/systemd")
    releases.switch(empty, empty.releases / "first")
    monkeypatch.setattr(releases, "add", lambda layout, source: layout.releases / "second")
    monkeypatch.setattr(upgrading, "manage", lambda *arguments, **options: None)
    monkeypatch.setattr(running, "trial", lambda layout, release: "")
    return empty


@pytest.mark.parametrize(
    ("found", "served"),
    [
        ({"first": {"disk"}, "second": {"disk"}}, "second"),
        ({"first": {"disk"}, "second": set()}, "second"),
        ({"first": None, "second": {"messages"}}, "second"),  # too old to know what failed before
        ({"first": set(), "second": {"messages", "certificate"}}, "second"),  # which no version mends
        ({"first": {"worker"}, "second": {"worker"}}, "second"),
        ({"first": {"disk"}, "second": {"disk", "worker"}}, "first"),
        ({"first": set(), "second": {"doctor"}}, "first"),
    ],
)
def test_only_what_did_not_fail_before_brings_the_old_version_back(found, served, two_releases, monkeypatch, capsys):
    monkeypatch.setattr(running, "failing", lambda layout, release: found[release.name])
    assert upgrading.upgrade(two_releases, "source", backup=False) is (served == "second")
    assert two_releases.current.resolve().name == served
    assert ("comes back" in capsys.readouterr().out) is (served == "first")


def test_a_site_that_does_not_answer_brings_the_old_version_back(two_releases, monkeypatch, capsys):
    (two_releases.prefix / "run/systemd/system").mkdir(parents=True)
    monkeypatch.setattr(running, "systemctl", lambda *arguments: None)
    monkeypatch.setattr(running, "START_SECONDS", 0.1)
    monkeypatch.setattr(running, "failing", lambda layout, release: set())
    assert not upgrading.upgrade(two_releases, "source", backup=False)
    assert two_releases.current.resolve().name == "first"
    assert "second doesn't work (the site doesn't answer), so first comes back." in capsys.readouterr().out


def test_the_backup_comes_first_or_the_upgrade_stops(two_releases, monkeypatch):
    monkeypatch.setattr(running, "failing", lambda layout, release: set())
    with pytest.raises(SystemExit, match="first can't make backups"):
        upgrading.upgrade(two_releases, "source", backup=True)
    command = two_releases.releases / "first/practice/management/commands/backup.py"
    command.parent.mkdir(parents=True)
    command.touch()
    with pytest.raises(SystemExit, match="no key for backups"):
        upgrading.upgrade(two_releases, "source", backup=True)
    two_releases.env_file.parent.mkdir(parents=True)
    two_releases.env_file.write_text("BACKUP_RECIPIENTS=age1abc\n")
    done = []
    monkeypatch.setattr(
        upgrading, "manage", lambda layout, release, *words, **options: done.append((release.name, words))
    )
    assert upgrading.upgrade(two_releases, "source", backup=True)
    assert done[0] == ("first", ("backup", two_releases.backups))
    assert [words[0] for _, words in done] == ["backup", "check", "collectstatic", "migrate"]


def test_a_tarball_and_a_git_reference_are_unpacked(empty, tmp_path, monkeypatch):
    monkeypatch.setattr(releases, "install_packages", lambda release: None)
    source = tmp_path / "site-1"
    (source / "practice").mkdir(parents=True)
    for name in ("manage.py", "requirements-lock.txt"):
        (source / name).write_text("")
    (source / "practice/__init__.py").write_text('__version__ = "3.1.4"\n')
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as archive:
        archive.add(source, "site-1")
    git = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"], ["tag", "v3"]):
        subprocess.run([*git, *words], cwd=source, check=True)
    monkeypatch.chdir(source)
    for number, given in enumerate([str(tmp_path / "site.tar.gz"), "v3", str(source)]):
        monkeypatch.setattr(releases, "_name", lambda *_, number=number: f"3.1.4-{number}")
        release = releases.add(empty, given)
        assert sorted(path.name for path in release.iterdir()) == [
            ".env",
            "manage.py",
            "practice",
            "requirements-lock.txt",
        ]
        assert release.stat().st_mode & 0o777 == 0o755
        assert (release / "manage.py").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("source", "sentence"),
    [("/", "is no version of this site"), ("no-such-thing", "is no folder, no file, and no version that Git knows")],
)
def test_what_is_no_version_is_refused(source, sentence, empty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=sentence):
        releases.add(empty, source)
    assert list(empty.releases.iterdir()) == []


def test_packages_that_can_not_be_installed_leave_nothing(empty, monkeypatch):
    def fail(release):
        raise SystemExit("no network")

    monkeypatch.setattr(releases, "install_packages", fail)
    monkeypatch.setattr(releases, "LOCK", "requirements.txt")
    with pytest.raises(SystemExit, match="no network"):
        releases.add(empty, str(BASE_DIR))
    assert list(empty.releases.iterdir()) == []


def test_old_releases_are_deleted_but_never_the_one_before(empty):
    names = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]
    for number, name in enumerate(names):
        (empty.releases / name).mkdir()
        os.utime(empty.releases / name, (number, number))
    empty.current.symlink_to(empty.releases / "0.6")
    empty.previous.symlink_to(empty.releases / "0.1")
    releases.delete_old(empty)
    assert sorted(path.name for path in empty.releases.iterdir()) == ["0.1", "0.4", "0.5", "0.6"]


def test_two_upgrades_at_once_are_one_too_many(empty):
    refused = pytest.raises(SystemExit, match="Another upgrade is under way")
    with upgrading.only_one(empty), refused, upgrading.only_one(empty):
        pass
    with upgrading.only_one(empty):
        pass


def test_without_a_site_or_a_version_before_it_says_so(empty):
    command = [BASE_DIR / "deploy/upgrade", "--back"]
    env = {"PATH": os.environ["PATH"], "PRACTICE_PREFIX": str(empty.prefix), "PRACTICE_USER": empty.user}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "There is no site on this machine yet: run deploy/install.\n")
    with pytest.raises(SystemExit, match="There is no version to go back to"):
        upgrading.back(empty)


def test_the_units_of_a_release_come_with_it(empty):
    release = empty.releases / "0.1"
    shutil.copytree(BASE_DIR / "deploy/systemd", release / "deploy/systemd")
    releases.switch(empty, release)
    units = (release / "deploy/systemd").iterdir()
    assert {path.name for path in empty.units.iterdir()} == {path.name for path in units}

"""Folders are closed to other accounts, and PostgreSQL on another machine is used over TLS only."""

import pytest

from practice import env, storage_checks

AWAY = ("10.0.0.9", "192.168.1.2", "db", "db.practice.example", "203.0.113.9", "[2001:db8::1]")


@pytest.fixture
def is_refused(monkeypatch):
    """Return a function that says whether a DATABASE_URL is refused, with variables of libpq."""
    for name in ("PGHOST", "PGHOSTADDR", "PGSSLMODE", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)

    def is_refused(url, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return not storage_checks.is_safe_connection(env.database(url))

    return is_refused


@pytest.mark.parametrize("host", AWAY)
@pytest.mark.parametrize("mode", ["", "?sslmode=disable", "?sslmode=allow", "?sslmode=prefer", "?sslmode=Require"])
def test_another_machine_without_tls_is_refused(is_refused, host, mode):
    assert is_refused(f"postgres://site:secret@{host}/site{mode}")


@pytest.mark.parametrize("host", AWAY)
@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_another_machine_with_tls_is_fine(is_refused, host, mode):
    assert not is_refused(f"postgres://site:secret@{host}/site?sslmode={mode}")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "[::1]", "", "127.0.0.1:5432,localhost:5433"])
def test_this_machine_needs_no_tls(is_refused, host):
    assert not is_refused(f"postgres://{host}/site")


def test_a_unix_socket_needs_no_tls(is_refused):
    assert not is_refused("postgres:////run/postgresql/site")
    assert not is_refused("postgres:///site?host=/run/postgresql")


def test_one_of_several_hosts_is_enough_to_refuse(is_refused):
    assert is_refused("postgres://127.0.0.1:5432,10.0.0.9:5432/site")


@pytest.mark.parametrize("query", ["host=10.0.0.9", "hostaddr=10.0.0.9", "service=elsewhere"])
def test_a_host_among_the_options_is_looked_at(is_refused, query):
    assert is_refused(f"postgres:///site?{query}")
    assert not is_refused(f"postgres:///site?{query}&sslmode=require")


@pytest.mark.parametrize("variable", ["PGHOST", "PGHOSTADDR", "PGSERVICE"])
def test_a_host_in_the_environment_is_looked_at(is_refused, variable):
    assert is_refused("postgres:///site", **{variable: "10.0.0.9"})
    assert not is_refused("postgres:///site", PGSSLMODE="require")


def test_sqlite_needs_no_tls(is_refused):
    assert not is_refused("sqlite:////srv/site.sqlite3", PGHOST="10.0.0.9")


def test_the_usual_folder_is_closed_and_a_chosen_one_is_left_alone(settings, tmp_path):
    settings.BASE_DIR, own, chosen = tmp_path, tmp_path / "var", tmp_path / "chosen"
    for folder in (own, chosen):
        folder.mkdir()
        folder.chmod(0o755)
        settings.VAR_DIR = folder
        storage_checks.close_to_others()
    assert [folder.stat().st_mode & 0o777 for folder in (own, chosen)] == [0o700, 0o755]
    assert [error.id for error in storage_checks.folders(None)] == ["practice.E015"]
    settings.VAR_DIR = own
    assert storage_checks.folders(None) == []


def test_a_database_file_outside_of_it_that_others_can_read_is_refused(monkeypatch, tmp_path):
    file = tmp_path / "site.sqlite3"
    file.touch()
    monkeypatch.setattr(storage_checks, "sqlite_file", lambda: file)
    for mode, folder_mode, is_refused in ((0o644, 0o755, True), (0o644, 0o700, False), (0o600, 0o755, False)):
        file.chmod(mode)
        tmp_path.chmod(folder_mode)
        assert bool(storage_checks.folders(None)) is is_refused

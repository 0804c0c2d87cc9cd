"""What `deploy/install` knows and asks, and the file of settings that it writes."""

import os
import subprocess
import sys
from argparse import ArgumentParser

import pyrage
import pytest

from deploy import answers, site_env
from deploy.layout import Layout
from practice.settings import BASE_DIR

PASSWORD = "p#ä ss/w:o@r%d+$'\"\\=1"
COMPLETE = {
    "--domain": "practice.example",
    "--therapist-email": "therapist@practice.example",
    "--mail-host": "mail.practice.example",
    "--mail-user": "website@practice.example",
}


def find(known=None, **changed):
    parser = ArgumentParser()
    answers.add_options(parser)
    parser.add_argument("--unattended", action="store_true", default=True)
    given = COMPLETE if known is None else {}
    given = {name: value for name, value in (given | changed).items() if value is not None}
    return answers.find(parser.parse_args([word for pair in given.items() for word in pair]), known or {})


@pytest.fixture
def layout(tmp_path, monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    monkeypatch.setattr(os, "chown", lambda *arguments: None)
    return Layout(tmp_path)


def write(layout, found):
    site_env.change(layout, found.settings(layout) | site_env.new_keys(site_env.read(layout.env_file)), group="root")
    return site_env.read(layout.env_file)


def as_the_site_reads_them(path, *names):
    script = (
        "import sys, environ; environ.Env.read_env(sys.argv[1]); env = environ.Env()\n"
        "mail = env.email_url('EMAIL_URL')\n"
        "print([mail[name] for name in sys.argv[2:]])"
    )
    command = [sys.executable, "-c", script, path, *names]
    return subprocess.run(command, env={}, capture_output=True, text=True, check=True).stdout.strip()


def test_the_site_reads_the_mail_account_that_was_typed(layout):
    write(layout, find())
    names = ["EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS"]
    expected = ["website@practice.example", PASSWORD, "mail.practice.example", 587, True]
    assert as_the_site_reads_them(layout.env_file, *names) == repr(expected)


def test_port_465_is_encrypted_from_the_start(layout):
    write(layout, find(**{"--mail-port": "465"}))
    assert as_the_site_reads_them(layout.env_file, "EMAIL_USE_SSL", "EMAIL_PORT") == "[True, 465]"


def test_the_settings_pass_the_checks_of_a_public_site(layout):
    known = write(layout, find())
    key = str(pyrage.x25519.Identity.generate().to_public())  # which deploy/install adds later
    env = known | {"PATH": os.environ["PATH"], "BACKUP_RECIPIENTS": key}
    layout.backups.mkdir(parents=True)
    layout.var.chmod(0o700)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level=ERROR"]
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_keys_are_made_once_and_only_the_service_may_read_them(layout):
    first = write(layout, find())
    second = write(layout, find(known=first, **{"--therapist-email": "other@practice.example"}))
    changed = {name for name in second if first[name] != second[name]}
    assert changed == {"THERAPIST_EMAIL"}
    assert layout.env_file.stat().st_mode & 0o777 == 0o640


def test_what_was_added_by_hand_stays(layout):
    first = write(layout, find())
    with layout.env_file.open("a") as file:
        file.write("# my note\nENQUIRIES_PER_HOUR_ALL=50")  # without a line end
    own = {"DATABASE_URL": "postgres://user:word@other.example/site", "HEARTBEAT_URL": "https://monitor.example/1"}
    site_env.change(layout, own, group="root")
    known = write(layout, find(known=site_env.read(layout.env_file)))
    assert "# my note\nENQUIRIES_PER_HOUR_ALL=50\nHEARTBEAT_URL=" in layout.env_file.read_text()
    assert known == first | own | {"ENQUIRIES_PER_HOUR_ALL": "50"}


def test_a_new_password_alone_changes_only_the_password(layout, monkeypatch):
    first = write(layout, find())
    monkeypatch.setenv("MAIL_PASSWORD", "new")
    second = find(known=first)
    assert site_env.mail_account(second.email_url) == ("mail.practice.example", 587, "website@practice.example", "new")


@pytest.mark.parametrize("changed", [{"--mail-user": "new@practice.example"}, {"--mail-host": "mail.other.example"}])
def test_the_password_of_another_account_is_not_kept(changed, layout, monkeypatch):
    first = write(layout, find())
    monkeypatch.delenv("MAIL_PASSWORD")
    account = "{--mail-user} at {--mail-host}".format_map(COMPLETE | changed)
    with pytest.raises(SystemExit, match=f"asked here for the password of {account}: say --mail-password-file"):
        find(known=first, **changed)
    monkeypatch.setattr(answers.Asker, "password", lambda self, user, host: "typed")
    assert site_env.mail_account(find(known=first, **changed).email_url)[3] == "typed"


def test_the_password_of_the_same_account_is_kept(layout, monkeypatch):
    first = write(layout, find())
    monkeypatch.delenv("MAIL_PASSWORD")
    again = {"--mail-user": COMPLETE["--mail-user"], "--mail-host": COMPLETE["--mail-host"], "--mail-port": "465"}
    expected = ("mail.practice.example", 465, "website@practice.example", PASSWORD)
    assert site_env.mail_account(find(known=first, **again).email_url) == expected
    assert site_env.mail_account(find(known=first, **{"--mail-user": ""}).email_url)[2:] == ("", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--domain": None}, "Nobody can be asked here: say --domain."),
        ({"--domain": "https://practice.example"}, "Type a name such as practice.example"),
        ({"--domain": "Practice.example"}, "in small letters"),
        ({"--other-hosts": "www.practice.example, x"}, "Type a name such as practice.example"),
        ({"--therapist-email": "therapist"}, "Type an email address"),
        ({"--mail-host": None}, "Nobody can be asked here: say --mail-host."),
        ({"--mail-user": "website"}, "Nobody can be asked here: say --mail-from."),
    ],
)
def test_what_is_missing_or_wrong_is_said(changed, sentence, layout):
    with pytest.raises(SystemExit, match=sentence):
        find(**changed)


def test_without_a_password_nothing_is_guessed(layout, monkeypatch):
    monkeypatch.delenv("MAIL_PASSWORD")
    with pytest.raises(SystemExit, match="say --mail-password-file, or set MAIL_PASSWORD"):
        find()


def test_a_site_does_not_change_to_an_empty_database(layout):
    first = write(layout, find())
    with pytest.raises(SystemExit, match="its data in another kind of database"):
        find(known=first, **{"--database": "postgresql"})
    assert find(**{"--database": "postgresql"}).database_url == "postgres:///practice"


def test_questions_are_asked_until_the_answer_can_be_used(layout, monkeypatch, capsys):
    typed = iter(["https://practice.example", "practice.example"])
    monkeypatch.setattr("builtins.input", lambda question: next(typed))
    ask = answers.Asker(can_ask=True)
    assert ask("--domain", "Domain", "", answers.is_domain) == "practice.example"
    assert "without https://" in capsys.readouterr().out

import subprocess
import sys
from pathlib import Path

import pytest

from practice.backups.encryption import new_key_pair
from tests.environment import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
FIELD_KEY_HINT = (
    "Set it to a key from `python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'`; to rotate, put the new key first, a comma, then the old."
)
SECRET_KEY = (
    "SECRET_KEY is missing or too weak.",
    "Set it to at least 50 random characters; `make run` makes one for development.",
)
FIELD_KEY = ("FIELD_KEY, which encrypts enquiries, is missing or malformed.", FIELD_KEY_HINT)
DEBUG = (
    "DEBUG is on while SITE_URL names a public host.",
    "Set DEBUG=False: tracebacks would show strangers how the site works.",
)
HTTPS = (
    "SITE_URL names a public host without HTTPS.",
    "Set SITE_URL to an address that starts with https://.",
)
THERAPIST = (
    "THERAPIST_EMAIL is not an address, so nobody would be notified of an enquiry.",
    "Set it to the therapist's email address.",
)
MAIL_SERVER = (
    "EMAIL_URL doesn't name a mail server, so no message would leave this machine.",
    "Set it, for example, to smtp+tls://user:password@mail.example.org:587.",
)
SENDER = (
    "EMAIL_FROM is not an address that other mail servers accept.",
    "Set it to an address of your own domain.",
)
HOSTS = (
    "OTHER_HOSTS allows every host name.",
    "List the host names of this site, without *.",
)
PROXY = (
    "BEHIND_PROXY is not set, so all visitors might share one address.",
    "Set it to True if a reverse proxy stands in front of the site, else to False.",
)
IN_THE_CLEAR = (
    "EMAIL_URL would send messages and the password unencrypted.",
    "Set it to smtp+tls:// (port 587) or smtp+ssl:// (port 465).",
)
BACKUP_KEY = (
    "BACKUP_FOLDER is set, but BACKUP_RECIPIENTS is not a list of public keys, so no backup could be made.",
    "Set it to the public key (age1…) that `python manage.py make_backup_key` prints.",
)
MONITOR = (
    "HEARTBEAT_URL is not an address of the web, so no monitor would hear from the site.",
    "Set it to the address that your monitor gave you, which begins with https://.",
)
REFUSED = [
    ({"SECRET_KEY": ""}, SECRET_KEY),
    ({"SECRET_KEY": "short"}, SECRET_KEY),
    ({"SECRET_KEY": "aaaa" * 20}, SECRET_KEY),
    ({"SECRET_KEY": "django-insecure-0123456789-abcdefghijklmnopqrstuvwxyz"}, SECRET_KEY),
    ({"FIELD_KEY": ""}, FIELD_KEY),
    ({"FIELD_KEY": "not-a-key"}, FIELD_KEY),
    ({"DEBUG": "True"}, DEBUG),
    ({"SITE_URL": "http://practice.example"}, HTTPS),
    ({"THERAPIST_EMAIL": ""}, THERAPIST),
    ({"EMAIL_URL": "filemail:///tmp/mail"}, MAIL_SERVER),
    ({"EMAIL_URL": "consolemail://"}, MAIL_SERVER),
    ({"EMAIL_FROM": "website@localhost"}, SENDER),
    ({"THERAPIST_EMAIL": "therapist@localhost"}, THERAPIST),
    ({"THERAPIST_EMAIL": "nobody"}, THERAPIST),
    ({"EMAIL_FROM": "nobody"}, SENDER),
    ({"OTHER_HOSTS": "*"}, HOSTS),
    ({"BEHIND_PROXY": ""}, PROXY),
    ({"EMAIL_URL": "smtp://user:password@mail.practice.example:25"}, IN_THE_CLEAR),
    ({"SITE_URL": "", "OTHER_HOSTS": "practice.example"}, HTTPS),
    ({"BACKUP_FOLDER": "/srv/backups"}, BACKUP_KEY),
    ({"BACKUP_FOLDER": "/srv/backups", "BACKUP_RECIPIENTS": "AGE-SECRET-KEY-1"}, BACKUP_KEY),
    ({"HEARTBEAT_URL": "file:///etc/passwd"}, MONITOR),
]


def run(env, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**PRODUCTION, **env}, capture_output=True, text=True
    )


@pytest.fixture
def database(tmp_path):
    return {"DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}


def test_a_complete_production_environment_is_accepted(database):
    served = run(database, "-c", "import practice.wsgi")
    assert (served.returncode, served.stdout, served.stderr) == (0, "", "")


def test_backups_and_a_monitor_are_accepted(database, tmp_path):
    public_key, _ = new_key_pair()
    change = {"BACKUP_FOLDER": str(tmp_path), "BACKUP_RECIPIENTS": f"{public_key}, {public_key}"}
    served = run({**database, **change, "HEARTBEAT_URL": "https://monitor.example/abc"}, "-c", "import practice.wsgi")
    assert (served.returncode, served.stderr) == (0, "")


@pytest.mark.parametrize(("change", "refusal"), REFUSED)
def test_the_site_refuses_to_be_served_with_an_unsafe_setting(change, refusal, database):
    served = run({**database, **change}, "-c", "import practice.wsgi")
    assert served.returncode != 0
    assert served.stderr.strip() == " ".join(refusal)


@pytest.mark.parametrize(("change", "refusal"), REFUSED[:1] + REFUSED[4:5] + REFUSED[6:7])
def test_the_command_line_refuses_an_unsafe_setting(change, refusal, database):
    checked = run({**database, **change}, "manage.py", "check")
    message, hint = refusal
    assert checked.returncode == 1
    assert f") {message}\n\tHINT: {hint}\n" in checked.stderr
    assert "Traceback" not in checked.stderr
    assert "System check identified 1 issue" in checked.stderr


def test_every_problem_is_told_at_once(database):
    served = run({**database, "SECRET_KEY": "", "THERAPIST_EMAIL": ""}, "-c", "import practice.wsgi")
    assert served.stderr.splitlines() == [" ".join(SECRET_KEY), " ".join(THERAPIST)]


def test_a_number_that_is_none_is_refused_with_a_sentence(database):
    served = run({**database, "ENQUIRIES_PER_HOUR_ALL": "many"}, "-c", "import practice.wsgi")
    assert (served.returncode, served.stderr) == (3, "ENQUIRIES_PER_HOUR_… must be whole numbers.\n")


def test_spaces_between_hosts_do_not_matter(database):
    show = "from practice import settings; print(settings.ALLOWED_HOSTS)"
    process = run({**database, "OTHER_HOSTS": "a.example, b.example"}, "-c", show)
    assert process.stdout == "['practice.example', 'a.example', 'b.example']\n"

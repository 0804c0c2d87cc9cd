import secrets
import string
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

from practice import checks
from practice.backups.encryption import new_key_pair
from practice.env_file import development_env
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
SAME_KEY = (
    "SECRET_KEY and FIELD_KEY share a key.",
    "Set SECRET_KEY to other random characters; whoever learns one of the two must not know the other.",
)
PRELOAD = (
    "HSTS_PRELOAD is on without the other subdomains, or for less than a year.",
    "Set HSTS_INCLUDE_SUBDOMAINS=True and HSTS_SECONDS=31536000 or more, or HSTS_PRELOAD=False.",
)
PLAIN_POSTGRESQL = (
    "DATABASE_URL names PostgreSQL on another machine without TLS, so its password and data could be read.",
    "Add ?sslmode=verify-full&sslrootcert=/path/to/its/authority.pem to it, or at least ?sslmode=require.",
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
    ({"SECRET_KEY": "abcde" * 50}, SECRET_KEY),
    ({"SECRET_KEY": "correct horse battery staple, " * 3}, SECRET_KEY),
    ({"SECRET_KEY": string.ascii_letters}, SECRET_KEY),
    ({"SECRET_KEY": "0123456789" * 6}, SECRET_KEY),
    ({"SECRET_KEY": f"{PRODUCTION['FIELD_KEY']}-and-more"}, SAME_KEY),
    ({"HSTS_PRELOAD": "True"}, PRELOAD),
    ({"HSTS_PRELOAD": "True", "HSTS_INCLUDE_SUBDOMAINS": "True", "HSTS_SECONDS": "31535999"}, PRELOAD),
    ({"DATABASE_URL": "postgres://site:secret@10.0.0.9:5432/site"}, PLAIN_POSTGRESQL),
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
    ({"HEARTBEAT_URL": "http://["}, MONITOR),
    ({"HEARTBEAT_URL": "https://"}, MONITOR),
]
ONE_OF_EACH = [{"SECRET_KEY": ""}, {"FIELD_KEY": ""}, {"DEBUG": "True"}, {"HSTS_PRELOAD": "True"}]


def run(env, *command):
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env={**PRODUCTION, **env}, capture_output=True, text=True
    )


def test_a_complete_production_environment_is_accepted(prepared):
    served = run(prepared, "-c", "import practice.wsgi")
    assert (served.returncode, served.stdout, served.stderr) == (0, "", "")


def test_backups_and_a_monitor_are_accepted(prepared, tmp_path):
    public_key, _ = new_key_pair()
    change = {"BACKUP_FOLDER": str(tmp_path), "BACKUP_RECIPIENTS": f"{public_key}, {public_key}"}
    served = run({**prepared, **change, "HEARTBEAT_URL": "https://monitor.example/abc"}, "-c", "import practice.wsgi")
    assert (served.returncode, served.stderr) == (0, "")


@pytest.mark.parametrize(("change", "refusal"), REFUSED)
def test_the_site_refuses_to_be_served_with_an_unsafe_setting(change, refusal, prepared):
    served = run({**prepared, **change}, "-c", "import practice.wsgi")
    assert served.returncode != 0
    assert served.stderr.strip() == " ".join(refusal)


@pytest.mark.parametrize(("change", "refusal"), [pair for pair in REFUSED if pair[0] in ONE_OF_EACH])
def test_the_command_line_refuses_an_unsafe_setting(change, refusal, prepared):
    checked = run({**prepared, **change}, "manage.py", "check")
    message, hint = refusal
    assert checked.returncode == 1
    assert f") {message}\n\tHINT: {hint}\n" in checked.stderr
    assert "Traceback" not in checked.stderr
    assert "System check identified 1 issue" in checked.stderr


@pytest.mark.parametrize(
    "make",
    [
        get_random_secret_key,
        lambda: secrets.token_urlsafe(50),
        lambda: secrets.token_hex(32),
        lambda: Fernet.generate_key().decode() + secrets.token_urlsafe(10),
        lambda: development_env().partition("SECRET_KEY=")[2].partition("\n")[0],
    ],
)
def test_the_keys_that_people_generate_are_strong_enough(make, settings):
    for _ in range(200):
        settings.SECRET_KEY = make()
        assert checks.secret_key(None) == []


def test_a_preloaded_domain_is_accepted_as_a_whole(prepared):
    whole = {"HSTS_PRELOAD": "True", "HSTS_INCLUDE_SUBDOMAINS": "True"}
    served = run({**prepared, **whole}, "-c", "import practice.wsgi")
    assert (served.returncode, served.stderr) == (0, "")


def test_every_problem_is_told_at_once(prepared):
    served = run({**prepared, "SECRET_KEY": "", "THERAPIST_EMAIL": ""}, "-c", "import practice.wsgi")
    assert served.stderr.splitlines() == [" ".join(SECRET_KEY), " ".join(THERAPIST)]


def test_a_number_that_is_none_is_refused_with_a_sentence(prepared):
    served = run({**prepared, "ENQUIRIES_PER_HOUR_ALL": "many"}, "-c", "import practice.wsgi")
    assert (served.returncode, served.stderr) == (3, "ENQUIRIES_PER_HOUR_ALL is 'many', which is not a whole number.\n")


def test_spaces_between_hosts_do_not_matter(prepared):
    show = "from practice import settings; print(settings.ALLOWED_HOSTS)"
    process = run({**prepared, "OTHER_HOSTS": "a.example, b.example"}, "-c", show)
    assert process.stdout == "['practice.example', 'a.example', 'b.example']\n"

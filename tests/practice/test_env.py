"""What the environment and .env say is understood, or refused with a sentence that repeats no secret."""

import warnings

import pytest
from django.core.exceptions import ImproperlyConfigured

from practice import env


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that writes an .env, reads it, and returns a variable."""

    def read(content, name="PASSWORD"):
        path = tmp_path / ".env"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        environment = {}
        monkeypatch.setattr("os.environ", environment)
        monkeypatch.setattr(env.environ.Env, "ENVIRON", environment)
        env.read_file(path)
        return env.Env().str(name, default=None)

    return read


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("PASSWORD=pa#ss", "pa#ss"),
        ("PASSWORD=#pass", "#pass"),
        ("PASSWORD=$pass", "$pass"),
        ("PASSWORD=a=b", "a=b"),
        ("PASSWORD='pa #ss'", "pa #ss"),
        ('PASSWORD="pa #ss"', "pa #ss"),
        ('PASSWORD="pass"  # from the provider', "pass"),
        ('PASSWORD="pass" # "quoted"', "pass"),
        ("PASSWORD='say \"x\"'", 'say "x"'),
        ('PASSWORD=pa"ss', 'pa"ss'),
        ("  export PASSWORD=pass  ", "pass"),
        ("PASSWORD=pass \r\nOTHER=x\r\n", "pass"),
        ("# a comment\n\nPASSWORD=pass\n", "pass"),
        ("PASSWORD=Zoë", "Zoë"),
        (b"\xef\xbb\xbfPASSWORD=pass", "pass"),
        ("PASSWORD=", None),
        ("PASSWORD=''", None),
        ("", None),
    ],
)
def test_a_line_is_read_as_it_is_meant(read, content, value):
    assert read(content) == value


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("PASSWORD = pass", "can't be understood. Write NAME=value, without spaces around the =."),
        ("PASSWORD: pass", "can't be understood. Write NAME=value, without spaces around the =."),
        ("pass", "can't be understood. Write NAME=value, without spaces around the =."),
        ('PASSWORD="pass', "begins with a quotation mark and doesn't end with it."),
        ("PASSWORD='pass\"", "begins with a quotation mark and doesn't end with it."),
        (
            "PASSWORD=pass # a comment",
            "has a # after a space. Put a comment on a line of its own, and a value with “ #” in quotes.",
        ),
    ],
)
def test_a_line_that_could_be_misread_is_refused_without_its_content(read, tmp_path, line, told):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(f"# first\n{line}\n")
    assert str(refused.value) == f"Line 2 of {tmp_path}/.env {told}"


def test_a_file_that_is_no_text_is_refused(read, tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"/\.env can't be read \(UnicodeDecodeError\)\.$"):
        read("PASSWORD=Zoë".encode("latin-1"))
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"/\.env can't be read \(IsADirectoryError\)\.$"):
        env.read_file(tmp_path / ".env")


def test_a_file_that_is_missing_sets_nothing(tmp_path):
    env.read_file(tmp_path / ".env")


def test_a_folder_is_made_for_this_account_alone(tmp_path):
    assert env.folder(tmp_path / "a" / "b", "VAR_DIR").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("text", "value"), [("True", True), ("yes", True), ("0", False), ("FALSE", False), ("", None)])
def test_a_word_for_yes_or_no_is_understood(monkeypatch, text, value):
    monkeypatch.setenv("BEHIND_PROXY", text)
    assert env.Env().bool("BEHIND_PROXY", default=None) is value


@pytest.mark.parametrize("text", ["maybe", "2", "None"])
def test_another_word_is_not_taken_for_no(monkeypatch, text):
    monkeypatch.setenv("BEHIND_PROXY", text)
    with pytest.raises(ImproperlyConfigured, match=f"^BEHIND_PROXY is '{text}'. Set it to True or False.$"):
        env.Env().bool("BEHIND_PROXY", default=None)


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "1e3", "٣"])
def test_what_is_no_whole_number_is_refused(monkeypatch, text):
    monkeypatch.setenv("HSTS_SECONDS", text)
    with pytest.raises(ImproperlyConfigured, match=f"^HSTS_SECONDS is '{text}', which is not a whole number.$"):
        env.Env().int("HSTS_SECONDS", default=1)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://practice.example", "https://practice.example"),
        ("https://practice.example/", "https://practice.example"),
        ("HTTPS://Practice.Example.", "https://practice.example"),
        ("https://practice.example:443", "https://practice.example"),
        ("https://practice.example:8443", "https://practice.example:8443"),
        ("https://zoë.example", "https://xn--zo-ija.example"),
        ("https://ZOË.example", "https://xn--zo-ija.example"),
        ("https://zoe\N{COMBINING DIAERESIS}.example", "https://xn--zo-ija.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]"),
    ],
)
def test_the_address_of_the_site_is_kept_as_it_arrives_in_requests(text, address):
    assert env.site_url(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "practice.example",
        "www.practice.example:8000",
        "//practice.example",
        "ftp://practice.example",
        "https://",
        "https://practice.example/home",
        "https://practice.example/?a=b",
        "https://practice.example#top",
        "https://user@practice.example",
        "https://practice.example:port",
        "https://[2001:db8::1",
    ],
)
def test_an_address_that_is_none_is_refused(text):
    with pytest.raises(ImproperlyConfigured) as refused:
        env.site_url(text)
    told = f"SITE_URL is {text!r}. Set it to an address such as https://practice.example, without a path."
    assert str(refused.value) == told


@pytest.mark.parametrize(
    "name",
    [
        "https://practice.example",
        "practice.example:443",
        "practice.example/home",
        ".practice.example",
        "two words",
        "practice..example",
        "-practice.example",
        "zo\N{ZERO WIDTH JOINER}.example",
        "[practice.example]",
        "..",
    ],
)
def test_a_host_name_that_is_none_is_refused(name):
    with pytest.raises(ImproperlyConfigured) as refused:
        env.host_name(name, "OTHER_HOSTS")
    told = f"OTHER_HOSTS holds {name!r}, which is not a host name. Write, for example, practice.example."
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("url", "engine", "host", "name"),
    [
        ("postgres://user:pa%2Fss@127.0.0.1:5432/site", "postgresql", "127.0.0.1", "site"),
        ("postgresql://user@[::1]/site", "postgresql", "::1", "site"),
        ("postgres:////run/postgresql/site", "postgresql", "/run/postgresql", "site"),
        ("sqlite:////srv/practice/site.sqlite3", "sqlite3", "", "/srv/practice/site.sqlite3"),
    ],
)
def test_a_database_is_understood(url, engine, host, name):
    config = env.database(url)
    assert (config["ENGINE"].rpartition(".")[2], config["HOST"], config["NAME"]) == (engine, host, name)


@pytest.mark.parametrize(
    "url",
    [
        "postgres//user:secret@host/site",
        "postgres://user:sec/ret@host/site",
        "postgres://user:secret@host:port/site",
        "postgres://user:secret@host",
        "postgres://user:secret@[::1/site",
        "/srv/secret.sqlite3",
        "sqlite://srv/secret.sqlite3",
        "mysql://user:secret@host/site",
        "secret",
    ],
)
def test_a_database_that_cannot_be_understood_is_refused_without_its_password(url):
    warnings.simplefilter("ignore")  # as in production, where a warning would show the address
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL can't be understood\. ") as refused:
        env.database(url)
    assert "sec" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp+tls://me%40mail.example:pa%23ss@mail.example:587", ("me@mail.example", "pa#ss", "mail.example", 587)),
        ("smtp+ssl://mail.example:465", (None, None, "mail.example", 465)),
    ],
)
def test_a_mail_server_is_understood(url, expected):
    config = env.mail(url)
    names = ("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_HOST", "EMAIL_PORT")
    assert tuple(config[name] for name in names) == expected


@pytest.mark.parametrize("url", ["filemail:///srv/mail", "filemail:////srv/mail"])
def test_a_folder_for_mail_is_understood(url):
    assert env.mail(url)["EMAIL_FILE_PATH"] == "/srv/mail"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:587",
        "smtp+tls:/mail.example",
        "smtp+tls://",
        "smtp+tls://me:sec#ret@mail.example:587",
        "smtp+tls://me:sec/ret@mail.example:587",
        "smtp+tls://me:secret@mail.example:port",
        "smtp+tls://me:secret@mail.example:587/folder",
        "filemail://",
        "filemail://srv/secret",
        "pop3://me:secret@mail.example",
    ],
)
def test_a_mail_server_that_cannot_be_understood_is_refused_without_its_password(url):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL can't be understood\. ") as refused:
        env.mail(url)
    assert "sec" not in str(refused.value)

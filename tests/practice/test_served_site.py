"""Headers and logs of the site as it is served."""

import pytest

from tests.served_site import served_site

HEADERS = {
    "Content-Security-Policy",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}
TOKEN = "Mg:1xXQOs:RudLs1Ic6Tn_abcdefghijklmnop"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with served_site(folder) as site:
        site.output = folder / "output"
        yield site


def assert_protected(answer, *statuses):
    assert answer.status in statuses
    assert set(answer.headers) >= HEADERS, HEADERS - set(answer.headers)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_every_answer_has_the_same_headers(site):
    home = site.get("/")
    assert_protected(home, 200)
    stylesheet = home.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    for path, status in {
        "/robots.txt": 200,
        "/sitemap.xml": 200,
        "/addictions/ketamine": 301,
        "/no-such-page/": 404,
        "/admin/": 302,
        "/admin/login/": 200,
        "/private/no-such-link/": 404,
        f"/draft/{TOKEN}/": 404,
        f"/calendar/{'A' * 32}.ics": 404,
        "/pictures/none-480.webp": 404,
        "/static/none.css": 301,
        stylesheet: 200,
    }.items():
        assert_protected(site.get(path), status)
    assert_protected(site.get("/", If_None_Match=home.headers["Etag"]), 304)
    assert_protected(site.get(stylesheet, Range="bytes=0-9"), 206)
    assert_protected(site.request("OPTIONS", "/"), 405)
    assert_protected(site.request("POST", "/consultation/", "name=a"), 403)
    assert_protected(site.request("POST", "/letter", "x", Content_Type="multipart/form-data; boundary="), 400)
    assert_protected(site.request("POST", "/search/", "a" * 600_000), 400)
    assert_protected(site.send(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 400)


@pytest.mark.parametrize(
    "request_",
    [
        b"NO HTTP\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 700_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_never_reaches_the_site_and_shows_nothing(site, request_):
    answer = site.send(request_)

    assert answer.status in (0, 400, 414, 431) or set(answer.headers) >= HEADERS
    assert answer.body == b"" or set(answer.headers) >= HEADERS


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("x/y; charset=base64", ""),
        ("x/y; charset=zlib", ""),
        ("a/b; x*=hex''%ff", ""),
        ("multipart/form-data; boundary=", ""),
        ("multipart/form-data", "x"),
        (f"multipart/form-data; boundary={'x' * 5000}", "x"),
        (
            "multipart/form-data; boundary=x; charset=hex",
            '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name*=hex''a\r\n\r\nb\r\n--x--\r\n",
        ),
    ],
)
def test_no_content_type_makes_a_request_fail(site, content_type, body):
    for path in ("/?a=1", "/letter", "/consultation/?a=1", "/search/", "/admin/login/"):
        assert_protected(site.request("POST", path, body, Content_Type=content_type), 200, 301, 400, 403, 404, 405)


def test_no_name_of_a_field_in_the_address_makes_the_desk_fail(site):
    cookie = site.sign_in()
    for path in ("fee/2/delete/", "fee/2/change/", "location/1/delete/"):
        for query in ("?_to_field=", "?_to_field=&_popup=1", "?_to_field=%00", "?_to_field=none"):
            assert 300 <= site.get(f"/admin/practice/{path}{query}", Cookie=cookie).status < 500


def test_no_log_holds_a_token_or_an_address_of_a_visitor(site):
    for method in ("GET", "PUT", "POST"):
        for path in (
            f"/draft/{TOKEN}/",
            f"/private/{TOKEN}/times/?email=jane@example.org",
            f"/calendar/{'B' * 32}.ics",
        ):
            site.request(method, path, Referer=f"http://127.0.0.1/draft/{TOKEN}/", User_Agent="Canary/7")
    site.send(f"GET /draft/{TOKEN}/ HTTP/9.9\r\n\r\n".encode())
    site.send(f"GET / HTTP/1.1\r\nBad Name: {TOKEN}\r\n\r\n".encode())
    site.send(f"GET /draft/{TOKEN}/ HTTP/1.1\r\nHost: evil.example\r\n\r\n".encode())

    text = site.output.read_text()
    assert "/draft/…" in text
    assert [
        word for word in ("RudLs1Ic", "BBBBBBBB", "jane", "Canary", "127.0.0.1 ", "Traceback") if word in text
    ] == []

from pathlib import Path

import pytest

from pages import redirect_addresses, richtext
from pages.document_import import read_text

CASES = Path(__file__).parent / "document_import" / "cases"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (
            "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc&data=ann%40x",
            "https://example.org/a?b=c",
        ),
        (
            "https://gcc02.safelinks.protection.office365.us/GetUrlReputation?Url=http%3A%2F%2Fexample.org",
            "https://example.org",
        ),
        (
            "https://static"
            "s.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html"
            "?url=https%3A%2F%2Fexample.org%2F&locale=en-gb",
            "https://example.org/",
        ),
        ("https://www.google.com/url?q=https://example.org/&sa=D&usg=x", "https://example.org/"),
        ("https://www.google.co.uk/url?sa=t&url=https%3A%2F%2Fexample.org%2F", "https://example.org/"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2F&h=AT0", "https://example.org/"),
        ("https://l.instagram.com/?u=https%3A%2F%2Fexample.org%2F&e=x", "https://example.org/"),
        ("https://urldefense.proofpoint.com/v1/url?u=http://example.org/&k=x", "https://example.org/"),
        (
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_a-2Db-5Fc-3Fd-3D1&d=DwMF&c=x",
            "https://example.org/a-b_c?d=1",
        ),
        ("https://urldefense.com/v3/__https://example.org/a*b__;Kw!!-612Flbf0Jv!Ue6tQ$", "https://example.org/a+b"),
        ("https://urldefense.us/v3/__https:/example.org/a**Ac__;w6nDqcOp!!x$", "https://example.org/aééc"),
        ("https://www.linkedin.com/safety/go?url=https%3A%2F%2Fexample.org%2F&trk=x", "https://example.org/"),
        ("https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fexample.org%2F", "https://example.org/"),
        ("https://slack-redir.net/link?url=https%3A%2F%2Fexample.org%2F", "https://example.org/"),
        ("https://duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2F&rut=x", "https://example.org/"),
        ("https://www.bing.com/ck/a?!&&p=x&u=a1aHR0cHM6Ly9leGFtcGxlLm9yZy8&ntb=1", "https://example.org/"),
        ("https://r.search.yahoo.com/_ylt=A/RV=2/RU=https%3a%2f%2fexample.org%2f/RK=2/RS=x-", "https://example.org/"),
        ("https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fexample.org%2f&c=E", "https://example.org/"),
        ("https://secure-web.cisco.com/1abc/https%3A%2F%2Fexample.org%2F", "https://example.org/"),
        (
            "https://eu-west-1.protection.sophos.com/?d=example.org&u=aHR0cHM6Ly9leGFtcGxlLm9yZy8=&p=x",
            "https://example.org/",
        ),
        (
            "https://eur03.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D"
            "https%253A%252F%252Fexample.org%252F",
            "https://example.org/",
        ),
    ],
)
def test_a_redirect_becomes_the_address_it_leads_to(address, target):
    assert redirect_addresses.undo(address) == target
    escaped = address.replace("&", "&amp;")
    html = f'<p><a href="{escaped}">here</a></p>'
    assert richtext.sanitise(html) == f'<p><a href="{target}">here</a></p>'
    assert richtext.sanitise(richtext.sanitise(html)) == richtext.sanitise(html)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.google.com/maps?q=https://example.org/",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://safelinks.protection.outlook.com.example.org/?url=https%3A%2F%2Fexample.org",
        "https://example.org/l.php?u=https://other.example/",
        "https://urldefense.com/v3/__https://example.org/**Z__;!!x$",
        "https://urldefense.com/v3/unreadable",
        "https://www.bing.com/ck/a?u=a1%FF",
        "https://[broken/url?q=https://example.org",
    ],
)
def test_any_other_address_stays_as_it_is(address):
    assert redirect_addresses.undo(address) == address


def test_a_pasted_safelink_loses_the_reader_s_address():
    html = richtext.sanitise((CASES / "paste-safelinks.html").read_text(encoding="utf-8"))
    assert html == '<p>See <a href="https://example.org/page">this page</a></p>'


def test_an_address_that_is_its_own_text_is_undone_in_the_text_too():
    page = read_text("See https://www.google.com/url?q=https://example.org/ for more.")
    assert page.parts[0].html == '<p>See <a href="https://example.org/">https://example.org/</a> for more.</p>'


@pytest.mark.parametrize(
    ("start", "kept"),
    [
        ("3", ' start="3"'),
        ("0", ' start="0"'),
        ("1", ""),
        ("9999", ' start="9999"'),
        ("10000", ""),
        ("-2", ""),
        ("x", ""),
    ],
)
def test_a_numbered_list_keeps_the_number_that_it_begins_with(start, kept):
    html = f'<ol start="{start}" type="a">\n<li>one</li> <li>two</li>\n</ol>'
    assert richtext.sanitise(html) == f"<ol{kept}><li><p>one</p></li><li><p>two</p></li></ol>"
    assert richtext.sanitise(richtext.sanitise(html)) == richtext.sanitise(html)

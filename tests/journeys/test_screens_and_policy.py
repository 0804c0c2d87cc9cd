"""The strict policy holds on every screen, and each header is there exactly once."""

import re
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from bookings.models import Enquiry, ReplyTemplate
from pages.models import Page
from practice.models import Location, SupportLine
from tests.bookings.conftest import fresh_token
from tests.journeys import form_steps

POLICY = {  # standards.md, less what only HTTPS has
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
}
OPENED = {  # on the desk, by as little as the page editor needs
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
}
ON_FILES = ["X-Content-Type-Options", "Cross-Origin-Resource-Policy"]
PUBLIC = [
    "/",
    "/addictions/",
    "/addictions/ketamine/",
    "/how-i-work/",
    "/about/",
    "/privacy/",
    "/urgent-help/",
    "/private-browsing/",
    "/consultation/",
    "/nowhere/",
]


def fetch(site, path, method="GET"):
    """Status, headers as they came, and body; no browser merges what is said twice."""
    connection = HTTPConnection(urlsplit(site).netloc, timeout=10)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read().decode(errors="replace")
    finally:
        connection.close()


def header_values(headers, name):
    return [value for header, value in headers if header.lower() == name.lower()]


def directives(policy):
    return {directive.strip() for directive in policy.split(";")}


@pytest.fixture
def enquiry(client, site):
    client.post(form_steps.FORM, {
        "appointment_type": "private-session", "on_behalf": "myself", "location": "online", "timing": "not-ready",
        "name": "Zoë",
        "channel": "email", "email": "zoe@example.org", "token": fresh_token(),
    })  # fmt: skip
    return Enquiry.objects.get()


def test_every_header_comes_exactly_once_with_every_public_page(site, enquiry):
    for path in (
        *PUBLIC,
        f"/consultation/received/{enquiry.reference}/",
        "/robots.txt",
        "/sitemap.xml",
        "/urgent-help",
    ):
        _, headers, _ = fetch(site, path)
        headers_by_name = {name: header_values(headers, name) for name in POLICY}
        assert [directives(policy) for policy in headers_by_name.pop("Content-Security-Policy")] == [
            directives(POLICY["Content-Security-Policy"])
        ], path
        assert headers_by_name == {name: [POLICY[name]] for name in headers_by_name}, path
        twice = [name for name, _ in headers if name.lower() != "set-cookie" and len(header_values(headers, name)) > 1]
        assert twice == [], path


def test_files_are_served_as_what_they_are_to_this_site_only_and_kept_for_ever(site):
    _, _, page = fetch(site, "/")
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert {path.rpartition(".")[2] for path in files} == {"css", "js", "png", "svg"}
    for path in files:
        status, headers, body = fetch(site, path)
        assert (status, bool(body)) == (200, True)
        for name in ON_FILES:
            assert header_values(headers, name) == [POLICY[name]], path
        assert header_values(headers, "Cache-Control") == ["max-age=315360000, public, immutable"], path


def test_public_pages_keep_the_policy_in_the_browser(visitor, no_minimum_form_age):
    page = visitor().page
    for path in PUBLIC:
        page.goto(path)
    page.goto(form_steps.FORM)
    form_steps.submit(page)
    expect(page.get_by_role("alert")).to_be_visible()
    form_steps.fill(page)
    form_steps.submit(page)
    form_steps.expect_confirmation(page)


def test_a_page_that_breaks_the_policy_is_noticed(browser, site):
    """Against a watch that sees nothing: an inline style, an inline script and a picture from elsewhere."""
    from tests.journeys.visitor import Visitor

    someone = Visitor(browser, site)
    someone.page.goto("/")
    someone.page.evaluate("""() => {
      document.body.append(Object.assign(document.createElement("style"), {textContent: "p { color: red }"}))
      document.body.append(Object.assign(new Image(), {src: "https://elsewhere.example/pixel.gif"}))
      try { document.body.append(Object.assign(document.createElement("script"), {textContent: "1"})) } catch {}
      setTimeout(() => { throw new Error("thrown on purpose") })
    }""")
    someone.page.wait_for_timeout(200)
    someone.context.route("https://elsewhere.example/**", lambda route: route.fulfill(body="Elsewhere"))
    someone.page.goto("https://elsewhere.example/")
    problems = "\n".join(someone.leave())
    for sign in ("style-src", "img-src", "require-trusted-types-for", "thrown on purpose", "Another host"):
        assert sign in problems


def admin_urls(enquiry, therapist):
    """The address of every screen of the desk."""
    page = Page.objects.get(slug="ketamine").pk
    location, line = Location.objects.first().pk, SupportLine.objects.first().pk
    template = ReplyTemplate.objects.first().pk
    inbox = f"/admin/bookings/enquiry/{enquiry.pk}"
    return [
        "/admin/",
        "/admin/bookings/",
        "/admin/bookings/enquiry/",
        f"{inbox}/change/",
        f"{inbox}/reply/?template={template}",
        f"{inbox}/delete/",
        "/admin/bookings/messagetemplate/",
        "/admin/bookings/messagetemplate/acknowledge/",
        "/admin/bookings/replytemplate/",
        "/admin/bookings/replytemplate/add/",
        f"/admin/bookings/replytemplate/{template}/change/",
        f"/admin/bookings/replytemplate/{template}/delete/",
        "/admin/pages/page/",
        "/admin/pages/page/add/",
        f"/admin/pages/page/{page}/change/",
        f"/admin/pages/page/{page}/revisions/",
        f"/admin/pages/page/{page}/revisions/1/",
        f"/admin/pages/page/{page}/preview/",
        "/admin/practice/practice/1/change/",
        "/admin/practice/location/",
        f"/admin/practice/location/{location}/change/",
        "/admin/practice/location/add/",
        "/admin/practice/supportline/",
        f"/admin/practice/supportline/{line}/change/",
        "/admin/auth/user/",
        f"/admin/auth/user/{therapist.pk}/change/",
        "/admin/auth/user/add/",
        "/admin/password_change/",
    ]


def test_every_screen_of_the_desk_keeps_a_strict_policy(sign_in, enquiry, therapist):
    page = sign_in(width=1280).page
    cached = []
    for path in admin_urls(enquiry, therapist):
        # The editor is put together after the page has loaded.
        answer = page.goto(path, wait_until="networkidle" if path.startswith("/admin/pages/page/") else "load")
        assert answer.status == 200, path
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\w"))
        expect(page.get_by_label("Password", exact=True)).to_have_count(0)  # it is not the login form instead
        (policy,) = [
            header["value"] for header in answer.headers_array() if header["name"].lower() == "content-security-policy"
        ]
        assert "unsafe" not in policy
        assert directives(POLICY["Content-Security-Policy"]) - directives(policy) <= OPENED, path
        caching = re.split(r",\s*", answer.header_value("cache-control") or "")
        cached += [] if {"no-store", "private"} <= set(caching) else [path]
    assert cached == []
    page.goto("/admin/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have signed out")
    page.goto("/admin/bookings/enquiry/")
    expect(page.get_by_label("Password")).to_be_visible()
    assert User.objects.get().pk == therapist.pk

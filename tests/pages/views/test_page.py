from datetime import timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from pages import publishing
from pages.models import Page, Revision
from practice import facts
from tests.pages.conftest import LATER, NOW

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
LASTMOD = "{http://www.sitemaps.org/schemas/sitemap/0.9}lastmod"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


def sitemap(client):
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 -- our own
    return [(entry.find(LOC).text, entry.find(LASTMOD).text) for entry in root]


def labels(client, path="/"):
    return [item.label for item in client.get(path).context["nav"].main]


@pytest.fixture
def home(live):
    return live("", "Welcome", role="home")


def test_a_visitor_reads_the_live_revision_not_the_draft(client, live, change):
    page = live("about", "About me", "<p>Published words.</p>", lead="Hello")
    change(page, title="Draft words", lead="Draft lead")
    page.pages_richtext_set.update(html="<p>Draft text</p>")
    html = client.get("/about/").content.decode()
    assert "<h1>About me</h1>" in html
    assert "<p>Published words.</p>" in html
    assert "Draft" not in html


def test_view_menu_and_sitemap_agree_on_what_is_public(client, home, live, write):
    live("live", "Live", menu="main")
    write("draft", "Draft", menu="main")
    publishing.unpublish(live("down", "Down", menu="main"), now=NOW)
    publishing.remove(live("removed", "Removed", menu="main"), now=NOW)
    coming = live("coming", "Coming", menu="main", now=LATER + timedelta(hours=1))
    assert coming.revisions.count() == 1
    public = {
        path for path in ["live", "draft", "down", "removed", "coming"] if client.get(f"/{path}/").status_code == 200
    }
    assert public == {"live"}
    assert labels(client) == ["Live"]
    assert [loc for loc, _ in sitemap(client)] == ["http://127.0.0.1:8000/", "http://127.0.0.1:8000/live/"]


def test_a_scheduled_revision_becomes_live_by_the_clock_alone(client, home, live):
    page = live("about", "Before", menu="main")
    monday = LATER + timedelta(days=3)
    Revision.objects.filter(page=page).update(live_until=monday)
    source = Revision.objects.get(page=page).source | {"title": "After"}
    Revision.objects.create(
        page=page, number=2, source=source, schema=1, draft_version=1, created_at=LATER, live_from=monday
    )
    assert labels(client) == ["Before"]
    with time_machine.travel(monday - timedelta(microseconds=1), tick=False):
        assert "<h1>Before</h1>" in client.get("/about/").content.decode()
    with time_machine.travel(monday, tick=False):
        assert "<h1>After</h1>" in client.get("/about/").content.decode()
        assert labels(client) == ["After"]


def test_the_menu_is_the_tree_with_the_published_names(client, home, live, change):
    addictions = live("addictions", "Addictions I work with", menu="main", menu_label="Addictions", position=20)
    live("about", "About me", menu="main", position=10)
    live("cocaine", "Cocaine", parent=addictions, menu="main", position=20)
    live("ketamine", "Ketamine", parent=addictions, menu="main", position=10)
    live("hidden", "Hidden", parent=addictions)
    live("terms", "Terms", menu="footer")
    change(addictions, menu_label="Draft name")
    nav = client.get("/addictions/ketamine/").context["nav"]
    assert [(item.label, item.path, [child.label for child in item.children]) for item in nav.main] == [
        ("About me", "/about/", []),
        ("Addictions", "/addictions/", ["Ketamine", "Cocaine"]),
    ]
    assert [child.is_current for child in nav.main[1].children] == [True, False]
    assert [item.label for item in nav.footer] == ["Terms"]
    assert [item.path for item in nav.breadcrumbs] == ["/", "/addictions/"]


def test_a_page_lists_the_live_pages_below_it(client, live, write):
    top = live("addictions")
    live("ketamine", "Ketamine", parent=top, description="About ketamine.")
    live("cocaine", "Cocaine", parent=top, lead="You may talk about it here.", description="About cocaine.")
    write("alcohol", "Alcohol", parent=top)
    children = client.get("/addictions/").context["nav"].children
    assert [(item.title, item.path, item.summary) for item in children] == [
        ("Ketamine", "/addictions/ketamine/", "About ketamine."),
        ("Cocaine", "/addictions/cocaine/", "You may talk about it here."),
    ]


def test_pages_with_a_role_are_known_to_every_page(client, home, live):
    live("privacy", role="privacy")
    live("help", role="urgent_help")
    nav = client.get("/").context["nav"]
    assert (nav.home, nav.privacy, nav.urgent_help, nav.private_browsing) == ("/", "/privacy/", "/help/", "")


def test_a_link_follows_its_page_and_is_plain_text_while_it_is_not_live(client, live, write, change):
    target = live("ketamine", "Ketamine")
    live("about", html='<p>See <a href="/ketamine/">this</a>.</p>')
    assert '<p>See <a href="/ketamine/">this</a>.</p>' in client.get("/about/").content.decode()
    change(target, slug="k")
    assert '<p>See <a href="/k/">this</a>.</p>' in client.get("/about/").content.decode()
    publishing.unpublish(target, now=NOW)
    assert "<p>See this.</p>" in client.get("/about/").content.decode()


def test_a_page_takes_at_most_three_queries(client, home, live, django_assert_max_num_queries):
    top = live("addictions", menu="main")
    html = "".join(f"<h2>Part {number}</h2><p><a href='/addictions/'>x</a></p>" for number in range(6))
    live("ketamine", html=html, parent=top, menu="main")
    facts.current()
    client.get("/addictions/ketamine/")
    with django_assert_max_num_queries(3):
        response = client.get("/addictions/ketamine/")
    assert response.status_code == 200


def test_a_page_sets_no_cookie_and_is_revalidated(client, live):
    live("about")
    response = client.get("/about/")
    assert response.cookies == {}
    assert response["Cache-Control"] == "no-cache"
    assert "Cookie" not in response.get("Vary", "")


def test_an_unchanged_page_is_not_sent_twice(client, live):
    live("about")
    tag = client.get("/about/")["ETag"]
    again = client.get("/about/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/about/", "/", "/robots.txt", "/sitemap.xml"])
def test_pages_refuse_posts(live, path):
    live("about")
    assert Client(enforce_csrf_checks=False).post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nowhere/",
        "/about/more/",
        "/a%00b/",
        "/%ff%fe/",
        "//evil.example/",
        "/../../etc/passwd/",
        "/Nowhere/",
    ],
)
def test_unknown_paths_are_not_found(client, live, path):
    live("about")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "source",
    [
        {},
        [],
        "text",
        {"schema": 99, "title": "From the future", "blocks": [{"type": "hologram"}]},
        {"schema": 1, "title": None, "blocks": None},
        {
            "schema": 1,
            "title": "T",
            "blocks": [None, 1, "x", {"type": "rich_text"}, {"type": "x", "html": "<p>no</p>"}],
        },
        {
            "schema": 1,
            "title": "T",
            "blocks": [{"type": "rich_text", "html": "<script>x()</script><p>a</p>"}],
        },
    ],
)
def test_a_revision_of_any_shape_is_shown_without_an_error(client, live, source):
    page = live("about")
    Revision.objects.filter(page=page).update(source=source)
    response = client.get("/about/")
    assert response.status_code == 200
    assert "x()" not in response.content.decode()
    assert "<p>no</p>" not in response.content.decode()
    assert Revision.objects.get().source == source


def test_the_sitemap_dates_changes_and_leaves_out_hidden_pages(client, home, live, change):
    page = live("about")
    live("quiet", noindex=True)
    change(page, title="New")
    publishing.publish(page, user=None, now=LATER)
    assert sitemap(client) == [
        ("http://127.0.0.1:8000/", "2026-11-02"),
        ("http://127.0.0.1:8000/about/", "2026-11-03"),
    ]


def test_the_sitemap_uses_the_site_s_own_url_for_every_host(client, home, settings):
    settings.SITE_URL = "https://therapist.example"
    assert [loc for loc, _ in sitemap(client)] == ["https://therapist.example/"]


def test_robots_are_shown_the_sitemap(client, settings):
    settings.SITE_URL = "https://therapist.example"
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (
        "User-agent: *\nDisallow: /admin/\n\nSitemap: https://therapist.example/sitemap.xml\n"
    )


def test_a_page_hidden_from_search_engines_says_so(client, live):
    live("quiet", noindex=True)
    live("loud")
    tag = '<meta name="robots" content="noindex">'
    assert [tag in client.get(path).content.decode() for path in ("/quiet/", "/loud/")] == [True, False]


def test_a_missing_search_title_is_derived(client, live):
    live("one", "About me")
    live("two", "About me", seo_title="Somebody else")
    titles = [client.get(path).content.decode().split("<title>")[1].split("</title>")[0] for path in ("/one/", "/two/")]
    assert titles == ["About me | Addiction Therapist London", "Somebody else"]


def test_a_missing_slash_is_added(client, live):
    live("about")
    response = client.get("/about")
    assert (response.status_code, response["Location"]) == (301, "/about/")


def test_a_page_is_found_by_its_role(live):
    live("", role="home")
    assert Page.objects.live(LATER).get().role == Page.Role.HOME

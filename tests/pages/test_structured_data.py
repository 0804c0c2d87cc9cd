"""Search engines, browsers and sites where links are shared are told about a page in its head."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.core.management import call_command
from extruct.jsonld import JsonLdExtractor
from PIL import Image
from schema_org.registry import CLASS_METADATA, PROPERTY_BY_SCHEMA, ancestry

from pages import page_paths, publishing, structured_data
from pages.models import Page, Revision
from pages.navigation import NavigationItem
from pages.views import well_known
from practice.facts import Facts
from practice.models import Location, Practice
from tests.pages.conftest import LATER, NOW

SITE = "http://127.0.0.1:8000"
GREEN = (31, 74, 66)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


class Head(HTMLParser):
    """Reads the title, meta elements and links of a page."""

    def __init__(self, html):
        super().__init__()
        self.title, self.meta, self.links, self._in_title = "", {}, {}, False
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self._in_title = tag == "title" or (self._in_title and tag != "title")
        if tag == "meta" and "content" in values:
            self.meta[values.get("name") or values.get("property")] = values["content"]
        if tag == "link":
            self.links[values["rel"]] = values["href"]

    def handle_endtag(self, tag):
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data):
        self.title += data if self._in_title else ""


def head(client, path):
    return Head(client.get(path).content.decode())


def graph_of(client, path):
    """Return the only graph on a page."""
    [data] = JsonLdExtractor().extract(client.get(path).content.decode())
    assert data["@context"] == "https://schema.org"
    return data["@graph"]


def visible(html):
    return re.sub(r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL))


@pytest.fixture
def known(db):
    """Fill in every fact that only the therapist can know."""
    practice = Practice.objects.get()
    practice.therapist_name, practice.credentials, practice.phone = "Ada Example", "MA", "+44 20 7946 0018"
    practice.save()
    room = Location.objects.get(slug="harley-street")
    room.address = "1 Harley Street\nLondon W1G 9QD"
    room.save()


@pytest.fixture
def tree(live):
    live("", "Welcome", role="home", menu_label="Home")
    top = live("addictions", "Addictions I work with", menu_label="Addictions", menu="main", lists_services=True)
    live("ketamine", "Ketamine addiction", parent=top, menu_label="Ketamine", description="About ketamine.")


def test_an_addiction_page_describes_therapist_rooms_service_and_area(client, known, tree):
    rooms = [{"@id": f"{SITE}/#harley-street"}, {"@id": f"{SITE}/#st-pauls"}]
    path = f"{SITE}/addictions/ketamine/"
    assert graph_of(client, "/addictions/ketamine/") == [
        {
            "@type": "Person",
            "@id": f"{SITE}/#therapist",
            "name": "Ada Example",
            "worksFor": rooms,
            "hasCredential": {"@type": "EducationalOccupationalCredential", "name": "MA"},
        },
        {
            "@type": "LocalBusiness",
            "@id": f"{SITE}/#harley-street",
            "url": f"{SITE}/",
            "name": "Addiction Therapist London, Harley Street",
            "telephone": "+44 20 7946 0018",
            "address": {
                "@type": "PostalAddress",
                "streetAddress": "1 Harley Street",
                "addressLocality": "London",
                "postalCode": "W1G 9QD",
                "addressCountry": "GB",
            },
        },
        {
            "@type": "LocalBusiness",
            "@id": f"{SITE}/#st-pauls",
            "url": f"{SITE}/",
            "name": "Addiction Therapist London, St Pauls",
            "telephone": "+44 20 7946 0018",
        },
        {
            "@type": "Service",
            "@id": f"{path}#service",
            "url": path,
            "name": "Ketamine addiction",
            "description": "About ketamine.",
            "serviceType": "Addiction therapy",
            "areaServed": [
                {"@type": "City", "name": "London"},
                {"@type": "Country", "name": "United Kingdom"},
            ],
            "provider": rooms,
        },
        {
            "@type": "BreadcrumbList",
            "@id": f"{path}#breadcrumbs",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Home", "item": {"@id": f"{SITE}/"}},
                {"@type": "ListItem", "position": 2, "name": "Addictions", "item": {"@id": f"{SITE}/addictions/"}},
                {"@type": "ListItem", "position": 3, "name": "Ketamine", "item": {"@id": path}},
            ],
        },
    ]


def test_missing_facts_are_left_out(client, tree):
    assert [(node["@type"], sorted(node)) for node in graph_of(client, "/")] == [
        ("WebSite", ["@id", "@type", "inLanguage", "name", "url"]),
        ("LocalBusiness", ["@id", "@type", "name", "url"]),
        ("LocalBusiness", ["@id", "@type", "name", "url"]),
    ]


def test_a_registered_health_professional_has_a_medical_business(client, tree):
    practice = Practice.objects.get()
    practice.business_type = Practice.BusinessType.MEDICAL
    practice.save()
    assert [node["@type"] for node in graph_of(client, "/")] == ["WebSite", "MedicalBusiness", "MedicalBusiness"]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("", {}),
        ("The blue door", {"streetAddress": "The blue door"}),
        (
            "Room 2\n1 Harley Street, London\nW1G 9QD",
            {"streetAddress": "Room 2, 1 Harley Street", "addressLocality": "London", "postalCode": "W1G 9QD"},
        ),
        ("London EC4M 8AD", {"streetAddress": "London", "postalCode": "EC4M 8AD"}),
        ("EC4M 8AD", {"postalCode": "EC4M 8AD"}),
    ],
)
def test_a_postal_address_is_parsed(written, address):
    node = structured_data._address(written)
    kind = {"@type": "PostalAddress"} if address else {}
    country = {"addressCountry": "GB"} if "postalCode" in address else {}
    assert node == kind | address | country


def test_no_text_can_end_the_element(client, live):
    nasty = "</script><script>alert(1)</script><!-- & \u2028"
    live("about", nasty)
    live("more", "More", parent=Page.objects.get(slug="about"))
    html = client.get("/about/more/").content.decode()
    assert html.count("</script>") == 2
    assert graph_of(client, "/about/more/")[-1]["itemListElement"][0]["name"] == nasty


def test_only_public_indexable_pages_have_metadata(client, live, therapist_client):
    page = live("quiet", noindex=True)
    live("loud")
    preview = therapist_client.get(f"/admin/pages/page/{page.pk}/preview/").content.decode()
    pages = [client.get(path).content.decode() for path in ("/quiet/", "/loud/")] + [preview]
    assert ["ld+json" in html for html in pages] == [False, True, False]
    assert ["og:image" in html for html in pages] == [False, True, False]


def complaints(node, graph, of="Thing"):
    """Return the mistakes of a node or a value according to schema.org, version 30.1."""
    if isinstance(node, list):
        return [mistake for part in node for mistake in complaints(part, graph, of)]
    if isinstance(node, int):
        return [] if of & {"Integer", "Number"} else [f"{node} is no {of}"]
    if isinstance(node, str):
        return [] if of & {"Text", "URL"} else [f"{node} is no {of}"]
    if "@type" not in node:
        named = {other["@id"]: other for other in graph}.get(node["@id"])
        return kind_complaints(named["@type"], of) if named else ([] if of == {"Thing"} else [f"no {node}"])
    kinds = {node["@type"], *ancestry(node["@type"])}
    mistakes = kind_complaints(node["@type"], of)
    for name, value in node.items():
        if name.startswith("@"):
            continue
        meant = PROPERTY_BY_SCHEMA[name]
        mistakes += [] if kinds & set(meant.domains) else [f"{name} of {node['@type']}"]
        mistakes += complaints(value, graph, set(meant.ranges))
    return mistakes


def kind_complaints(kind, of):
    return [] if kind in CLASS_METADATA and {kind, *ancestry(kind)} & of else [f"{kind} is no {of}"]


def test_the_vocabulary_check_reports_mistakes():
    wrong = [
        {"@type": "Person", "@id": "a", "areaServed": "London"},
        {"@type": "Service", "@id": "b", "provider": [{"@id": "c"}, {"@id": "a"}], "areaServed": {"@type": "Person"}},
    ]
    assert [len(complaints([node], wrong, {"Thing"})) for node in wrong] == [1, 2]


@pytest.fixture
def starter(known):
    call_command("load_starter_pages", verbosity=0)
    return list(Revision.objects.public(LATER).with_current_path().order_by("path").values_list("path", flat=True))


def test_starter_pages_keep_to_schema_org_and_their_visible_text(client, starter):
    for path in starter:
        html, graph = client.get(path).content.decode(), graph_of(client, path)
        assert complaints(graph, graph, {"Thing"}) == []
        assert len({node["@id"] for node in graph}) == len(graph)
        text = visible(html)
        for node in graph:
            for part in node["name"].split(", ") if "name" in node else []:
                assert part in text.replace("&#x27;", "'"), (path, part)
            assert node.get("telephone", "") in text
        steps = [item["name"] for node in graph for item in node.get("itemListElement", [])]
        crumbs = re.findall(
            r"<li[^>]*>(?:<a[^>]*>)?([^<]*)", html.partition('class="breadcrumbs"')[2].partition("</nav>")[0]
        )
        assert steps == crumbs


def test_starter_pages_have_titles_and_descriptions_of_their_own(client, starter):
    heads = {path: head(client, path) for path in starter}
    assert len(heads) == 22
    assert len({page_head.title for page_head in heads.values()}) == len(heads)
    assert len({page_head.meta["description"] for page_head in heads.values()}) == len(heads)
    assert {path: page_head.links["canonical"] for path, page_head in heads.items()} == {
        path: SITE + path for path in starter
    }
    assert {path: page_head.meta["og:url"] for path, page_head in heads.items()} == {
        path: SITE + path for path in starter
    }
    assert len({page_head.meta["og:image"] for page_head in heads.values()}) == len(heads)


def offering(client, paths):
    return [path for path in paths if "Service" in [node["@type"] for node in graph_of(client, path)]]


def test_pages_below_a_page_that_lists_services_are_services(client, starter):
    names = ("alcohol", "cocaine", "codeine", "ketamine", "opioids")
    assert offering(client, starter) == [f"/addictions/{name}/" for name in names]

    page = Page.objects.get(slug="addictions")
    page.slug = "what-i-help-with"
    page.save()
    page_paths.assign(page)
    assert offering(client, [f"/what-i-help-with/{name}/" for name in names]) == [
        f"/what-i-help-with/{name}/" for name in names
    ]
    Page.objects.filter(pk=page.pk).update(lists_services=False)
    assert offering(client, [f"/what-i-help-with/{name}/" for name in names]) == []


def test_an_online_practice_serves_the_country_and_has_no_business():
    online = Location(name="Online", slug="online", kind=Location.Kind.ONLINE)
    page_data = structured_data.PageData(
        "/addictions/x/", "X", "X", "", (NavigationItem("Home", "/"),), is_home=False, is_service=True
    )
    service, steps = structured_data.graph(page_data, Facts(Practice(name="P"), (online,), ()), "https://p.example")[
        "@graph"
    ]
    assert service["areaServed"] == [{"@type": "Country", "name": "United Kingdom"}]
    assert "provider" not in service
    assert steps["@type"] == "BreadcrumbList"


def test_an_unpublished_page_is_gone_and_a_draft_is_not_found(client, live, write, change):
    live("", "Welcome", role="home")
    publishing.unpublish(live("down"), now=NOW + timedelta(hours=1))
    publishing.remove(live("removed"), now=NOW + timedelta(hours=1))
    publishing.schedule(write("coming"), at=LATER + timedelta(days=1), now=LATER, user=None)
    publishing.unpublish(live("undone", now=NOW), now=NOW)
    write("draft")
    change(live("former"), slug="present")
    paths = ["down", "removed", "coming", "undone", "draft", "nowhere", "former", "present"]
    assert {path: client.get(f"/{path}/").status_code for path in paths} == {
        "down": 410,
        "removed": 410,
        "coming": 404,
        "undone": 404,
        "draft": 404,
        "nowhere": 404,
        "former": 301,
        "present": 200,
    }


def test_an_unpublished_page_is_gone_until_it_is_published_again(client, live):
    page = live("about")
    publishing.unpublish(page, now=NOW + timedelta(hours=1))
    gone = client.get("/about/")
    assert "<h1>This page has been taken down</h1>" in gone.content.decode()
    assert '<meta name="robots" content="noindex">' in gone.content.decode()
    assert (gone["Cache-Control"], gone.cookies) == ("no-cache", {})
    publishing.publish(page, user=None, now=LATER)
    assert client.get("/about/").status_code == 200


def test_security_txt_has_a_contact_and_an_expiry_date(client, settings):
    settings.SITE_URL = "https://therapist.example"
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        "Contact: https://therapist.example/consultation/\n"
        "Expires: 2027-04-01T00:00:00Z\n"
        "Preferred-Languages: en\n"
        "Canonical: https://therapist.example/.well-known/security.txt\n"
    )


@pytest.mark.parametrize(
    ("today", "expected"),
    [((2026, 1, 1), (2026, 7, 1)), ((2026, 6, 30), (2026, 10, 1)), ((2026, 9, 1), (2027, 1, 1))],
)
def test_it_expires_when_the_quarter_after_next_begins(today, expected):
    assert well_known.expires(date(*today)) == datetime(*expected, tzinfo=UTC)


def test_the_app_name_on_a_phone_is_neutral(client, tree):
    answer = client.get(head(client, "/").links["manifest"])
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.content)
    assert (manifest["name"], manifest["short_name"]) == ("Addiction Therapist London", "Appointments")
    assert [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512"]
    assert ["manifest" in head(client, path).links for path in ("/", "/addictions/")] == [True, False]


@pytest.mark.parametrize(("name", "size"), [("icon-192", 192), ("icon-512", 512), ("apple-touch-icon", 180)])
def test_icons_are_the_fanlight_in_each_size(settings, name, size):
    file = settings.BASE_DIR / "static" / "img" / f"{name}.png"
    with Image.open(file) as icon:
        assert icon.size == (size, size)
        assert icon.convert("RGBA").getpixel((size // 2, size // 8)) == (*GREEN, 255)
    assert file.stat().st_size < 20_000


@pytest.mark.parametrize("path", ["/manifest.webmanifest", "/.well-known/security.txt", "/pictures/share-1-abc.png"])
def test_well_known_files_refuse_posts(client, db, path):
    assert client.post(path).status_code == 405

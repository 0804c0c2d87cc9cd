"""Short names that the site's own addresses take, and addresses in capitals."""

import pytest
from django.http import HttpResponse
from django.urls import include, path

from pages import publishing
from pages.document_import.draft_page import free_slug
from pages.models import Page
from pages.reserved_slugs import reserved_slugs
from practice.models import Location
from tests.pages.conftest import LATER
from tests.pages.editor_posts import LIST, form


def view(request, **kwargs):
    return HttpResponse()


urlpatterns = [
    path("", include([path("newsletter/<str:token>/", view), path("ads.txt", view), path("", view)])),
    path("pre", include([path("view/", view)])),
    path("Diary/", include([path("week/", view)])),
    path("<path:path>/", view),
]


def test_every_first_part_of_the_sites_own_addresses_is_reserved():
    assert reserved_slugs() == {
        ".well-known",
        "admin",
        "calendar",
        "consultation",
        "draft",
        "health",
        "leave",
        "manifest.webmanifest",
        "new-password",
        "pictures",
        "private",
        "robots.txt",
        "search",
        "sitemap.xml",
        "static",
        "styleguide",
    }


@pytest.mark.urls("tests.pages.test_reserved_slugs")
def test_a_new_view_reserves_its_own_address():
    assert reserved_slugs() == {"newsletter", "ads.txt", "preview", "diary", "static"}


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["private", "calendar", "Private"])
def test_the_editor_says_why_a_word_is_refused(therapist_client, slug):
    response = therapist_client.post(f"{LIST}add/", form(title="x", slug=slug, _continue=""))

    sentence = f"“/{slug.lower()}/” is used by the site itself. Choose another word."
    assert response.context["adminform"].form.errors == {"slug": [sentence]}
    assert sentence in response.content.decode()


def test_a_page_made_from_a_document_avoids_a_reserved_word(db):
    assert free_slug("Private", None) == "private-2"


def test_a_short_name_is_kept_in_lower_case(db):
    page = Page(slug="About-Me", title="About me")
    page.full_clean()
    assert page.slug == "about-me"


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("/About/", "/about/"),
        ("/ABOUT/?from=card&x=1", "/about/?from=card&x=1"),
        ("/Consultation/?type=private-session", "/consultation/?type=private-session"),
        ("/Me/", "/about/"),
        ("/me/?from=card", "/about/?from=card"),
    ],
)
def test_capitals_lead_to_the_page_with_the_query(client, live, change, typed, target):
    page = live("me")
    change(page, slug="about")

    response = client.get(typed)
    assert (response.status_code, response["Location"]) == (301, target)


@pytest.mark.parametrize(
    ("typed", "status"),
    [("/Nowhere/", 404), ("/Private/" + "A" * 32 + "/", 404), ("/Robots.TXT/", 404), ("/Gone/", 410)],
)
def test_capitals_lead_nowhere_else(client, live, typed, status):
    publishing.unpublish(live("gone"), now=LATER)

    assert client.get(typed).status_code == status


def test_capitals_without_a_slash_arrive_too(client, live):
    live("about")
    response = client.get("/About?x=1", follow=True)
    assert (response.status_code, response.request["PATH_INFO"], response.request["QUERY_STRING"]) == (
        200,
        "/about/",
        "x=1",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["no-preference", "site", "therapist", "Site"])
def test_a_location_cannot_take_a_word_that_stands_beside_the_locations(therapist_client, slug):
    data = {"name": "Bank", "slug": slug, "kind": "room", "position": "9"}
    response = therapist_client.post("/admin/practice/location/add/", data)

    assert response.context["adminform"].form.errors == {
        "slug": [f"“{slug}” is used by the site itself. Choose another short name."]
    }
    assert not Location.objects.filter(name="Bank").exists()


def test_a_location_can_take_any_other_word(therapist_client):
    data = {"name": "Bank", "slug": "bank", "kind": "room", "position": "9"}
    assert therapist_client.post("/admin/practice/location/add/", data).status_code == 302

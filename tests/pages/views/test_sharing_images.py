"""The sharing image of a page is drawn on request, from its title and the name of the practice."""

import io

import pytest
import time_machine
from PIL import Image

from pages import publishing
from pages.views import sharing_images
from practice.models import Practice
from tests.pages.conftest import LATER
from tests.pages.test_structured_data import SITE, head


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


def picture_of(client, path):
    return head(client, path).meta["og:image"].removeprefix(SITE)


def test_a_page_has_a_picture_to_be_shared_with(client, live):
    live("about", "About me")
    meta = head(client, "/about/").meta
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"] == "About me, Addiction Therapist London"
    assert meta["twitter:card"] == "summary_large_image"
    answer = client.get(picture_of(client, "/about/"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    assert len(answer.content) < 25_000


def test_a_picture_follows_its_page_and_the_practice(client, live, change):
    page = live("about", "About me")
    first = picture_of(client, "/about/")
    change(page, lead="New")
    publishing.publish(page, user=None, now=LATER)
    assert picture_of(client, "/about/") == first
    change(page, title="About us")
    publishing.publish(page, user=None, now=LATER)
    second = picture_of(client, "/about/")
    practice = Practice.objects.get()
    practice.name = "Another name"
    practice.save()
    third = picture_of(client, "/about/")
    assert [client.get(path).status_code for path in (first, second, third)] == [404, 404, 200]
    publishing.unpublish(page, now=LATER)
    assert client.get(third).status_code == 404


def inked(title, name="Practice"):
    """Return the bounding box of everything drawn above the fanlight."""
    image = Image.open(io.BytesIO(sharing_images.draw(title, name))).convert("L")
    return image.crop((0, 0, 1200, 305)).point(lambda dot: 255 if dot < 120 else 0).getbbox()


@pytest.mark.parametrize("title", ["Short", "A private place to talk about addiction, in London", "word " * 24])
def test_a_title_stays_within_its_margins(title):
    left, top, right, bottom = inked(title)
    assert left >= 78
    assert top >= 80
    assert right <= 1122
    assert bottom <= 305


@pytest.mark.parametrize("title", ["", "Привет", "a\0b", "\ud800"])
def test_a_title_that_cannot_be_drawn_is_left_out(title):
    assert inked(title) is None


def test_accents_and_dashes_are_drawn_as_plain_characters():
    assert sharing_images.draw("Café – open", "Practice") == sharing_images.draw("Cafe - open", "Practice")

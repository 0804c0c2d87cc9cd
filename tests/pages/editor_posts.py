"""Build the posts that a browser sends from the screens of a page."""

import re

from pages.models import (
    BLOCKS,
    Callout,
    CallToAction,
    Fees,
    Locations,
    Page,
    PictureBlock,
    Question,
    Quote,
    RelatedPages,
    RichText,
    UnknownBlock,
)
from pages.pictures import import_picture
from practice.models import Location
from tests.pages.picture_files import picture_file

LIST = "/admin/pages/page/"


def form(page=None, html="<p>Some text.</p>", **fields):
    """Return what the editor posts when only the text and these fields were changed."""
    blocks = list(RichText.objects.filter(parent=page)) if page else []
    data = {"title": "A page", "position": "0", "menu": "none", "slug": "", "parent": ""}
    for block_type in (*BLOCKS.values(), UnknownBlock):
        prefix = f"pages_{block_type._meta.model_name}_set"
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {
        "pages_richtext_set-TOTAL_FORMS": max(len(blocks), 1),
        "pages_richtext_set-INITIAL_FORMS": len(blocks),
        "pages_richtext_set-0-id": blocks[0].pk if blocks else "",
        "pages_richtext_set-0-parent": page.pk if page else "",
        "pages_richtext_set-0-region": "main",
        "pages_richtext_set-0-ordering": "10",
        "pages_richtext_set-0-html": html,
    }
    if page:
        version = Page.objects.get(pk=page.pk).draft_version
        data |= {"title": page.title, "version": version}
    return data | fields


def url(page, *parts):
    return LIST + "".join(f"{part}/" for part in (page.pk, *parts))


def change_url(page):
    return url(page, "change")


def publish(client, page, **fields):
    """Publish through the screen that shows the changes."""
    version = Page.objects.get(pk=page.pk).draft_version
    return client.post(url(page, "publish"), {"version": version, "when": "now", **fields}, follow=True)


def confirm(client, response):
    """Press the button of the question."""
    token = re.search(r'name="confirmed" value="(\w+)"', response.content.decode())[1]
    return client.post(response.request["PATH_INFO"], {"confirmed": token}, follow=True)


def every_block(page, other):
    """Add a block of every other type below the page's text, referring to the other page, and an unknown block."""
    below = {"parent": page, "region": "main"}
    picture = import_picture(picture_file(), "door.jpg")
    Callout.objects.create(ordering=20, tone="warning", title="Before you stop", html="<p>Ask a doctor.</p>", **below)
    Question.objects.create(ordering=30, question="How long?", html="<p>As long as it takes.</p>", **below)
    Question.objects.create(ordering=40, question="How much?", html="<p>See fees.</p>", **below)
    Quote.objects.create(ordering=50, text="Stop & think.", source="A book", **below)
    CallToAction.objects.create(ordering=60, appointment_type="private-session", **below)
    Locations.objects.create(ordering=70, locations=[Location.objects.get(slug="online").pk], **below)
    Fees.objects.create(ordering=80, **below)
    RelatedPages.objects.create(ordering=90, pages=[other.pk, 999], **below)
    PictureBlock.objects.create(
        ordering=100, picture=picture, alt="A door", caption="Ours", crop="wide", focus_x=34, focus_y=60, **below
    )
    UnknownBlock.objects.create(ordering=110, data=[{"type": "hologram", "beam": [1, 2]}], **below)


def message_texts(response):
    return [str(message) for message in response.context["messages"]]

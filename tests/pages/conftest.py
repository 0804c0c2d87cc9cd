from datetime import UTC, datetime, timedelta

import pytest

from pages import page_paths, publishing
from pages.models import Page, RichText

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def status(page, now):
    """Return the page's state as the page list shows it."""
    return publishing.describe(Page.objects.with_state(now).get(pk=page.pk))


@pytest.fixture
def write(db):
    """Create a draft at its address: write("about", "About me", "<p>Hello</p>", menu="main")."""

    def write(slug, title="A page", html="<p>Some text.</p>", **fields):
        page = Page.objects.create(slug=slug, title=title, **fields)
        RichText.objects.create(parent=page, region="main", ordering=10, html=html)
        page_paths.assign(page)
        return page

    return write


@pytest.fixture
def live(write):
    """Create a page and publish it; the arguments are those of `write`."""

    def live(slug, title="A page", html="<p>Some text.</p>", now=NOW, **fields):
        page = write(slug, title, html, **fields)
        publishing.publish(page, user=None, now=now)
        return page

    return live


@pytest.fixture
def change():
    """Change a page's draft as the admin does."""

    def change(page, **fields):
        for name, value in fields.items():
            setattr(page, name, value)
        page.full_clean()
        page.save()
        page.count_change()
        page_paths.assign(page)

    return change

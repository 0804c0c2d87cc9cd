"""In any order of acts, one revision is live at a time, no text is lost and no path leads nowhere."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages import page_paths, publishing
from pages.models import Page, PagePath, Revision, RichText
from pages.page_source import plain_text, to_source
from pages.publishing import PublishingError
from tests import soak
from tests.pages.conftest import NOW

MOMENTS = [timedelta(seconds=1), timedelta(minutes=9), timedelta(hours=2), timedelta(days=3)]
WHICH = st.integers(0, 2)
STEPS = st.one_of(
    st.tuples(st.just("save"), WHICH),
    st.tuples(st.just("publish"), WHICH),
    st.tuples(st.just("schedule"), WHICH, st.sampled_from(MOMENTS)),
    st.tuples(st.just("unschedule"), WHICH),
    st.tuples(st.just("unpublish"), WHICH),
    st.tuples(st.just("undo"), WHICH),
    st.tuples(st.just("restore_revision"), WHICH, st.integers(1, 4)),
    st.tuples(st.just("move"), WHICH, st.sampled_from([None, 0, 1, 2]), st.sampled_from(["one", "two", "three"])),
    st.tuples(st.just("remove"), WHICH),
    st.tuples(st.just("restore"), WHICH),
    st.tuples(st.just("wait"), st.sampled_from(MOMENTS)),
)


class Site:
    """Three pages that link to each other, and a clock."""

    def __init__(self):
        self.now, self.saved = NOW, 0
        self.public_paths = {}  # every path at which a page has been public
        self.pages = [Page.objects.create(slug=slug, title=slug) for slug in ("one", "two", "three")]
        for page in self.pages:
            RichText.objects.create(parent=page, region="main", ordering=10)
            page_paths.assign(page)
        for which in range(3):
            self.save(which)

    def do(self, name, *how):
        before = self.texts() if name != "save" else set()
        try:
            with transaction.atomic():
                getattr(self, name)(*how)
        except (PublishingError, ValidationError, Revision.DoesNotExist):
            pass
        assert before <= self.texts(), "a text was lost"
        self.expect_one_live_revision()
        live = Revision.objects.public(self.now).with_current_path()
        self.public_paths |= dict(live.values_list("path", "page"))

    def page(self, which):
        return Page.objects.get(pk=self.pages[which].pk)

    def save(self, which):
        self.saved += 1
        links = "".join(f'<a href="page:{page.pk}">{page.pk}</a>' for page in self.pages)
        RichText.objects.filter(parent=self.pages[which]).update(html=f"<p>Text {self.saved}. {links}</p>")
        self.page(which).count_change()

    def publish(self, which):
        publishing.publish(self.page(which), user=None, now=self.now)

    def schedule(self, which, after):
        publishing.schedule(self.page(which), at=self.now + after, user=None, now=self.now)

    def unschedule(self, which):
        publishing.unschedule(self.page(which), now=self.now)

    def unpublish(self, which):
        publishing.unpublish(self.page(which), now=self.now)

    def undo(self, which):
        publishing.undo(self.page(which).revisions.latest("number"), user=None, now=self.now)

    def restore_revision(self, which, number):
        publishing.restore_revision(self.page(which).revisions.get(number=number), user=None, now=self.now)

    def move(self, which, parent, slug):
        page = self.page(which)
        page.parent = None if parent is None else self.page(parent)
        page.slug = slug
        page.full_clean()
        page.save()
        if page.deleted_at is None:
            page_paths.assign(page)

    def remove(self, which):
        publishing.remove(self.page(which), now=self.now)

    def restore(self, which):
        publishing.restore(self.page(which))

    def wait(self, time):
        self.now += time

    def texts(self):
        return {plain_text(to_source(page)) for page in Page.objects.all()} | set(
            Revision.objects.values_list("text", flat=True)
        )

    def expect_one_live_revision(self):
        """Check every moment at which a revision begins or ends, and the moment after it."""
        bounds = {self.now, *Revision.objects.values_list("live_from", flat=True)}
        for bound in bounds:
            pages = list(Revision.objects.live_at(bound).values_list("page", flat=True))
            assert len(pages) == len(set(pages)), f"two revisions live at {bound}"

    def expect_no_dead_path(self, client):
        live = set(Revision.objects.public(self.now).values_list("page", flat=True))
        for address in PagePath.objects.all():
            answer = client.get(address.path)
            if address.page_id not in live:
                assert answer.status_code in (404, 410), address
                continue
            if not address.is_current:
                assert answer.status_code == 301, address
                answer = client.get(answer["Location"])
            assert answer.status_code == 200, address
            for href in re.findall(r'<a href="(/[^"]*)">\d+</a>', answer.content.decode()):
                assert client.get(href).status_code == 200, (address, href)
        remaining = set(Page.objects.not_removed().values_list("pk", flat=True))
        leads_to = dict(PagePath.objects.values_list("path", "page"))
        public_paths = {path: page for path, page in self.public_paths.items() if page in remaining}
        assert {path: page for path, page in public_paths.items() if leads_to[path] != page} == {}


@pytest.mark.django_db
@settings(
    max_examples=soak.times(1000),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEPS, min_size=5, max_size=30))
def test_no_order_of_acts_loses_text_overlaps_revisions_or_breaks_a_path(steps):
    with transaction.atomic():
        site = Site()
        for step in steps:
            site.do(*step)
        with time_machine.travel(site.now, tick=False):
            site.expect_no_dead_path(Client())
        transaction.set_rollback(True)

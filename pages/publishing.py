"""Draft to edition and back: every change of what visitors see happens here."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from pages import addresses
from pages.models import Edition, Page
from pages.source import SCHEMA, Source, plain_text, to_source, write_draft


class PublishingError(Exception):
    """Says in a sentence for the therapist why nothing was changed."""


@transaction.atomic
def publish(page: Page, *, who: User | None, now: datetime, note: str = "") -> Edition:
    """Makes the draft what visitors see. A second press without a change gives the edition already live."""
    page = _locked(page)
    if page.deleted_at:
        raise PublishingError("This page has been removed. Restore it before you publish it.")
    source = to_source(page)
    live = Edition.objects.public(now).filter(page=page).first()
    if live and live.live_until is None and (live.source, live.draft_version) == (source, page.draft_version):
        return live
    _close(page, now)
    return _new_edition(page, source, who, now, note=note, live_until=None)


@transaction.atomic
def bring_back(edition: Edition, *, who: User | None, now: datetime) -> None:
    """Puts an earlier edition into the draft. The present draft is kept as an edition that was never live."""
    page = _locked(edition.page)
    draft = to_source(page)
    if draft == edition.source:
        return
    note = f"The draft as it was before edition {edition.number} was brought back"
    _new_edition(page, draft, who, now, note=note, live_until=now)
    write_draft(page, edition.source)
    page.count_change()


@transaction.atomic
def unpublish(page: Page, *, now: datetime) -> None:
    """Visitors no longer find the page; draft and editions stay."""
    page = _locked(page)
    _refuse_if_needed(page)
    _close(page, now)


@transaction.atomic
def remove(page: Page, *, now: datetime) -> None:
    """Takes the page out of the tree; it can be restored."""
    page = _locked(page)
    _refuse_if_needed(page)
    if child := Page.objects.kept().filter(parent=page).first():
        raise PublishingError(f"“{child}” is below this page. Move or remove it first.")
    _close(page, now)
    page.deleted_at = now
    page.save(update_fields=["deleted_at", "updated_at"])


@transaction.atomic
def restore(page: Page) -> None:
    """Brings a removed page back as a draft, at its old place."""
    page = _locked(page)
    if page.parent and page.parent.deleted_at:
        raise PublishingError(f"It was below “{page.parent}”, which has been removed. Restore that first.")
    if other := Page.objects.kept().filter(parent=page.parent_id, slug=page.slug).exclude(pk=page.pk).first():
        raise PublishingError(f"“{other}” now has its web address. Change that one’s address first.")
    page.deleted_at = None
    page.save(update_fields=["deleted_at", "updated_at"])
    addresses.assign(page)


def describe(page: Page) -> str:
    """Status in words, of a page that `with_state()` has annotated."""
    if page.deleted_at:
        return "Removed"
    if page.live_version is None:
        return "Taken down" if page.was_published else "Draft, never published"
    changes = page.draft_version - page.live_version
    if changes <= 0:
        return "Live"
    return f"Live; {changes} unpublished change{'' if changes == 1 else 's'}"


def privacy_notice_version() -> str:
    """Which edition of the privacy notice visitors see now; empty if none."""
    live = Edition.objects.public(timezone.now()).filter(page__role=Page.Role.PRIVACY)
    number = live.values_list("number", flat=True).first()
    return f"edition {number}" if number else ""


def _new_edition(
    page: Page, source: Source, who: User | None, now: datetime, *, note: str, live_until: datetime | None
) -> Edition:
    newest = Edition.objects.filter(page=page).aggregate(newest=Max("number"))["newest"]
    return Edition.objects.create(
        page=page,
        number=(newest or 0) + 1,
        source=source,
        schema=SCHEMA,
        text=plain_text(source),
        note=note,
        who=who,
        draft_version=page.draft_version,
        created_at=now,
        live_from=now,
        live_until=live_until,
    )


def _refuse_if_needed(page: Page) -> None:
    if page.role:
        raise PublishingError(f"The site cannot do without “{page}”. Change its text and publish it instead.")


def _locked(page: Page) -> Page:
    """A fresh copy, which no other transaction changes until this one ends."""
    # On SQLite this is a plain read: there, nothing else writes during an IMMEDIATE transaction.
    return Page.objects.select_for_update().get(pk=page.pk)


def _close(page: Page, now: datetime) -> None:
    """Ends what is live and what was to become live; an edition that had not begun is never shown."""
    ending_later = Q(live_until__isnull=True) | Q(live_until__gt=now)
    Edition.objects.filter(ending_later, page=page).update(live_until=Greatest(F("live_from"), now))

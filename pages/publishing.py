"""Draft to edition and back: every change of what visitors see happens here."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format

from pages import addresses
from pages.checking import check
from pages.models import Edition, Page
from pages.source import SCHEMA, Source, plain_text, to_source, write_draft
from pages.surroundings import check_context

UNDO_WITHIN = timedelta(minutes=10)


class PublishingError(Exception):
    """Says in a sentence for the therapist why nothing was changed."""


@transaction.atomic
def publish(
    page: Page, *, who: User | None, now: datetime, note: str = "", answers: list[dict[str, Any]] | None = None
) -> Edition:
    """Makes the draft what visitors see; what was to go live later no longer does.

    A second press without a change gives the edition already live. Raises PublishingError.
    """
    page = _locked(page)
    source = _publishable(page)
    live = Edition.objects.public(now).filter(page=page).first()
    if live and live.live_until is None and (live.source, live.draft_version) == (source, page.draft_version):
        return live
    _close(page, now)
    return _new_edition(page, source, who, now, note=note, answers=answers)


@transaction.atomic
def schedule(
    page: Page,
    *,
    at: datetime,
    who: User | None,
    now: datetime,
    note: str = "",
    answers: list[dict[str, Any]] | None = None,
) -> Edition:
    """Makes the draft what visitors see from `at` on, in place of anything scheduled before. Raises PublishingError."""
    if at <= now:
        raise PublishingError("That moment has passed. Choose a later one, or publish now.")
    page = _locked(page)
    source = _publishable(page)
    _unschedule(page, now)
    _close(page, at)
    return _new_edition(page, source, who, now, note=note, answers=answers, live_from=at)


@transaction.atomic
def unschedule(page: Page, *, now: datetime) -> None:
    """What visitors see stays as it is."""
    _unschedule(_locked(page), now)


@transaction.atomic
def undo(edition: Edition, *, who: User | None, now: datetime) -> None:
    """Takes back a publication of the last ten minutes: visitors see again what they saw before. The draft stays.

    Raises PublishingError.
    """
    page = _locked(edition.page)
    newest = page.editions.order_by("number").last()
    if newest != edition or newest.live_until is not None or now > newest.created_at + UNDO_WITHIN:
        raise PublishingError("This can no longer be undone with one press. Look under Editions for what was there.")
    if newest.live_from > now:
        _unschedule(page, now)
        return
    before = page.editions.filter(live_until=newest.live_from, live_from__lt=newest.live_from).first()
    _close(page, now)
    if before:
        undone = _new_edition(page, before.source, who, now, note=f"Edition {newest.number} was undone")
        undone.draft_version, undone.answers = before.draft_version, before.answers
        undone.save(update_fields=["draft_version", "answers"])


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
    newest = page.live_version if page.scheduled_version is None else page.scheduled_version
    changes = 0 if newest is None else page.draft_version - newest
    rest = f"{changes} unpublished change{'' if changes == 1 else 's'}" if changes > 0 else ""
    return "; ".join(filter(None, [_what_visitors_see(page), rest]))


def _what_visitors_see(page: Page) -> str:
    moment = page.scheduled_for and in_words(page.scheduled_for)
    if page.live_version is not None:
        return f"Live; the next edition goes live on {moment}" if moment else "Live"
    if moment:
        return f"Goes live on {moment}"
    return "Taken down" if page.was_published else "Draft, never published"


def in_words(at: datetime) -> str:
    """London time, such as “Monday 7 December at 09:00”, with the year unless it is the present one."""
    at = timezone.localtime(at)
    year = "" if at.year == timezone.localtime().year else " Y"
    return date_format(at, f"l j F{year} \\a\\t H:i")


def privacy_notice_version() -> str:
    """Which edition of the privacy notice visitors see now; empty if none."""
    live = Edition.objects.public(timezone.now()).filter(page__role=Page.Role.PRIVACY)
    number = live.values_list("number", flat=True).first()
    return f"edition {number}" if number else ""


def _publishable(page: Page) -> Source:
    """The draft as a source. Raises PublishingError where its structure is broken."""
    if page.deleted_at:
        raise PublishingError("This page has been removed. Restore it before you publish it.")
    source = to_source(page)
    if broken := [finding.message for finding in check(source, check_context(page)) if finding.level == "stops"]:
        raise PublishingError(f"It cannot be published yet. {' '.join(broken)}")
    return source


def _new_edition(
    page: Page,
    source: Source,
    who: User | None,
    now: datetime,
    *,
    note: str,
    answers: list[dict[str, Any]] | None = None,
    live_from: datetime | None = None,
    live_until: datetime | None = None,
) -> Edition:
    newest = Edition.objects.filter(page=page).aggregate(newest=Max("number"))["newest"]
    return Edition.objects.create(
        page=page,
        number=(newest or 0) + 1,
        source=source,
        schema=SCHEMA,
        text=plain_text(source),
        note=note,
        answers=answers or [],
        who=who,
        draft_version=page.draft_version,
        created_at=now,
        live_from=live_from or now,
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


def _unschedule(page: Page, now: datetime) -> None:
    """What had not begun never does; what it would have replaced goes on."""
    for scheduled in Edition.objects.scheduled(now).filter(page=page):
        begins = scheduled.live_from
        scheduled.live_until = begins
        scheduled.save(update_fields=["live_until"])
        Edition.objects.filter(page=page, live_until=begins, live_from__lt=begins).update(live_until=None)

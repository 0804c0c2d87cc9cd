"""Draft to edition and back: every change of what visitors see happens here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format

from pages import paths
from pages.check_context import check_context
from pages.checks import check
from pages.models import Page, Revision
from pages.source import SCHEMA, Source, plain_text, to_source, write_draft

UNDO_WITHIN = timedelta(minutes=10)


class PublishingError(Exception):
    """Says in a sentence for the therapist why nothing was changed."""


@dataclass(frozen=True)
class Publication:
    """What is said about a publication: by whom, why, and of which draft; answers to the warnings that stood."""

    who: User | None
    note: str = ""
    answers: list[dict[str, Any]] = field(default_factory=list)
    seen_version: int | None = None


@transaction.atomic
def publish(page: Page, *, now: datetime, **what: Any) -> Revision:
    """Makes the draft what visitors see; what was to go live later no longer does. `what` makes a Publication.

    A second press without a change gives the edition already live. Raises PublishingError.
    """
    page, said = _locked(page), Publication(**what)
    source = _publishable(page, said)
    live = Revision.objects.public(now).filter(page=page).first()
    if live and live.live_until is None and (live.source, live.draft_version) == (source, page.draft_version):
        return live
    ended = _close(page, now)
    return _new_edition(page, source, said, now, ended=ended)


@transaction.atomic
def schedule(page: Page, *, at: datetime, now: datetime, **what: Any) -> Revision:
    """Makes the draft what visitors see from `at` on, in place of anything scheduled before.

    `what` makes a Publication. Raises PublishingError.
    """
    if at <= now:
        raise PublishingError("That moment has passed. Choose a later one, or publish now.")
    page, said = _locked(page), Publication(**what)
    source = _publishable(page, said)
    ended = _open(page, now)
    _unschedule(page, now)
    _close(page, at)
    return _new_edition(page, source, said, now, live_from=at, ended=ended)


@transaction.atomic
def unschedule(page: Page, *, now: datetime) -> None:
    """What visitors see stays as it is."""
    _unschedule(_locked(page), now)


def may_undo(page: Page, now: datetime) -> Revision | None:
    """The publication of the last ten minutes that one press would take back."""
    newest = page.editions.exclude(live_until=F("live_from")).order_by("number").last()
    if newest is None or newest.live_until is not None or newest.undoes is not None:
        return None
    return newest if now <= newest.created_at + UNDO_WITHIN else None


@transaction.atomic
def undo(edition: Revision, *, who: User | None, now: datetime) -> None:
    """Takes back a publication: visitors see again what they saw before, and what was scheduled is so again.

    The draft stays. Raises PublishingError.
    """
    page = _locked(edition.page)
    newest = may_undo(page, now)
    if newest != edition:
        raise PublishingError("This can no longer be undone with one press. Look under Editions for what was there.")
    until = {number: moment and datetime.fromisoformat(moment) for number, moment in newest.ended}
    former = list(page.editions.filter(number__in=until).order_by("live_from"))
    due = [one for one in former if one.live_from <= now and (until[one.number] is None or until[one.number] > now)]
    if not due and newest.live_from <= now:
        _refuse_if_needed(page)
    if newest.live_from > now:
        Revision.objects.filter(pk=newest.pk).update(live_until=F("live_from"))  # it never begins
    if not due or due[-1] not in Revision.objects.public(now):
        _close(page, now)
        for one in due[-1:]:
            said = Publication(who, f"Edition {newest.number} was undone", one.answers)
            again = _new_edition(page, one.source, said, now, live_until=until[one.number])
            Revision.objects.filter(pk=again.pk).update(draft_version=one.draft_version, undoes=newest.number)
    for one in former:
        if one.live_from > now or one in Revision.objects.public(now):
            Revision.objects.filter(pk=one.pk).update(live_until=until[one.number])


@transaction.atomic
def bring_back(edition: Revision, *, who: User | None, now: datetime) -> None:
    """Puts an earlier edition into the draft. The present draft is kept as an edition that was never live."""
    page = _locked(edition.page)
    draft = to_source(page)
    if draft == edition.source:
        return
    said = Publication(who, f"The draft as it was before edition {edition.number} was brought back")
    _new_edition(page, draft, said, now, live_until=now)
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
    if former := paths.promised(page):
        raise PublishingError(f"“{former}” now leads to “{former.page}”. Give this page another web address first.")
    page.deleted_at = None
    page.save(update_fields=["deleted_at", "updated_at"])
    paths.assign(page)


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
    return "Draft; visitors no longer see it" if page.was_published else "Draft, never published"


def in_words(at: datetime) -> str:
    """London time, such as “Monday 7 December at 09:00”, with the year unless it is the present one."""
    at = timezone.localtime(at)
    year = "" if at.year == timezone.localtime().year else " Y"
    return date_format(at, f"l j F{year} \\a\\t H:i")


def privacy_notice_version() -> str:
    """Which edition of the privacy notice visitors see now; empty if none."""
    live = Revision.objects.public(timezone.now()).filter(page__role=Page.Role.PRIVACY)
    number = live.values_list("number", flat=True).first()
    return f"edition {number}" if number else ""


def _publishable(page: Page, said: Publication) -> Source:
    """The draft as a source. Raises PublishingError where it is not what was looked at, or its structure is broken."""
    if page.deleted_at:
        raise PublishingError("This page has been removed. Restore it before you publish it.")
    if said.seen_version not in (None, page.draft_version):
        raise PublishingError("The draft was saved meanwhile. This is how it compares now.")
    source = to_source(page)
    if broken := [finding.message for finding in check(source, check_context(page)) if finding.level == "stops"]:
        raise PublishingError(f"It cannot be published yet. {' '.join(broken)}")
    return source


def _new_edition(
    page: Page,
    source: Source,
    said: Publication,
    now: datetime,
    *,
    live_from: datetime | None = None,
    live_until: datetime | None = None,
    ended: list[tuple[int, str | None]] | None = None,
) -> Revision:
    newest = Revision.objects.filter(page=page).aggregate(newest=Max("number"))["newest"]
    return Revision.objects.create(
        page=page,
        number=(newest or 0) + 1,
        source=source,
        schema=SCHEMA,
        text=plain_text(source),
        note=said.note,
        answers=said.answers,
        who=said.who,
        draft_version=page.draft_version,
        created_at=now,
        live_from=live_from or now,
        live_until=live_until,
        ended=ended or [],
    )


def _refuse_if_needed(page: Page) -> None:
    if page.role:
        raise PublishingError(f"The site cannot do without “{page}”. Change its text and publish it instead.")


def _locked(page: Page) -> Page:
    """A fresh copy, which no other transaction changes until this one ends."""
    # On SQLite this is a plain read: there, nothing else writes during an IMMEDIATE transaction.
    return Page.objects.select_for_update().get(pk=page.pk)


def _open(page: Page, now: datetime) -> list[tuple[int, str | None]]:
    """What is live or is to become so: number, and until when (ISO 8601; None: for ever)."""
    ending_later = Q(live_until__isnull=True) | Q(live_until__gt=now)
    rows = Revision.objects.filter(ending_later, page=page).exclude(live_until=F("live_from"))
    return [
        (number, until.isoformat() if until else None) for number, until in rows.values_list("number", "live_until")
    ]


def _close(page: Page, now: datetime) -> list[tuple[int, str | None]]:
    """Ends what is live and what was to become live, and says which; what had not begun is never shown."""
    ended = _open(page, now)
    ending_later = Q(live_until__isnull=True) | Q(live_until__gt=now)
    Revision.objects.filter(ending_later, page=page).update(live_until=Greatest(F("live_from"), now))
    return ended


def _unschedule(page: Page, now: datetime) -> None:
    """What had not begun never does; what it would have replaced goes on."""
    for scheduled in Revision.objects.scheduled(now).filter(page=page):
        begins = scheduled.live_from
        scheduled.live_until = begins
        scheduled.save(update_fields=["live_until"])
        Revision.objects.filter(page=page, live_until=begins, live_from__lt=begins).update(live_until=None)

"""Publish drafts as revisions, and restore revisions as drafts; every change of what visitors see happens here."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.formats import date_format

from pages import page_paths
from pages.check_context import check_context
from pages.checks import check
from pages.models import Page, Revision
from pages.page_source import SCHEMA, Source, plain_text, to_source, write_draft

UNDO_PERIOD = timedelta(minutes=10)


class PublishingError(Exception):
    """Tells the therapist, in a sentence, why nothing was changed."""


@dataclass(frozen=True)
class Publication:
    """Names the user and the version of a publication, with a note and the reasons for its remaining warnings."""

    user: User | None
    note: str = ""
    dismissals: list[dict[str, Any]] = field(default_factory=list)
    version: int | None = None


@transaction.atomic
def publish(page: Page, *, now: datetime, **details: Any) -> Revision:
    """Make the draft live and cancel what is scheduled; `details` are the fields of a Publication.

    If nothing has changed, the revision that is already live is returned. Raises PublishingError.
    """
    page, publication = _locked(page), Publication(**details)
    source = _publishable(page, publication)
    live = Revision.objects.public(now).filter(page=page).first()
    if live and live.live_until is None and (live.source, live.draft_version) == (source, page.draft_version):
        return live
    return _new_revision(page, source, publication, now, ended_revisions=_close(page, now))


@transaction.atomic
def schedule(page: Page, *, at: datetime, now: datetime, **details: Any) -> Revision:
    """Schedule the draft to go live at `at`, in place of anything scheduled earlier.

    `details` are the fields of a Publication. Raises PublishingError.
    """
    if at <= now:
        raise PublishingError("That time has passed. Choose a later one, or publish now.")
    page, publication = _locked(page), Publication(**details)
    source = _publishable(page, publication)
    ended_revisions = _open_revisions(page, now)
    _unschedule(page, now)
    _close(page, at)
    return _new_revision(page, source, publication, now, live_from=at, ended_revisions=ended_revisions)


@transaction.atomic
def unschedule(page: Page, *, now: datetime) -> None:
    """Cancel a scheduled publication; the live revision stays live."""
    _unschedule(_locked(page), now)


def undoable_revision(page: Page, now: datetime) -> Revision | None:
    """Return the last publication if it can still be undone."""
    newest = page.revisions.exclude(live_until=F("live_from")).order_by("number").last()
    if newest is None or newest.live_until is not None or newest.undoes is not None:
        return None
    return newest if now <= newest.created_at + UNDO_PERIOD else None


@transaction.atomic
def undo(revision: Revision, *, user: User | None, now: datetime) -> None:
    """Undo a publication: what was live and what was scheduled before is so again.

    The draft is unchanged. Raises PublishingError.
    """
    page = _locked(revision.page)
    newest = undoable_revision(page, now)
    if newest != revision:
        raise PublishingError("This can no longer be undone. You can restore an earlier version under Revisions.")
    until = {number: moment and datetime.fromisoformat(moment) for number, moment in newest.ended_revisions}
    ended = list(page.revisions.filter(number__in=until).order_by("live_from"))
    due = [
        former
        for former in ended
        if former.live_from <= now and (until[former.number] is None or until[former.number] > now)
    ]
    if not due and newest.live_from <= now:
        _refuse_if_required(page)
    if newest.live_from > now:
        Revision.objects.filter(pk=newest.pk).update(live_until=F("live_from"))  # it never goes live
    if not due or due[-1] not in Revision.objects.public(now):
        _close(page, now)
        if due:
            _republish(due[-1], newest.number, until[due[-1].number], user, now)
    for former in ended:
        if former.live_from > now or former in Revision.objects.public(now):
            Revision.objects.filter(pk=former.pk).update(live_until=until[former.number])


def _republish(former: Revision, undone: int, live_until: datetime | None, user: User | None, now: datetime) -> None:
    """Publish the content of a former revision again, in place of the undone one."""
    publication = Publication(user, f"Revision {undone} was undone", former.dismissals)
    revision = _new_revision(former.page, former.source, publication, now, live_until=live_until)
    Revision.objects.filter(pk=revision.pk).update(draft_version=former.draft_version, undoes=undone)


@transaction.atomic
def restore_revision(revision: Revision, *, user: User | None, now: datetime) -> None:
    """Write an earlier revision into the draft. The current draft is kept as a revision that was never live."""
    page = _locked(revision.page)
    draft = to_source(page)
    if draft == revision.source:
        return
    publication = Publication(user, f"The draft before revision {revision.number} was restored")
    _new_revision(page, draft, publication, now, live_until=now)
    write_draft(page, revision.source)
    page.count_change()


@transaction.atomic
def unpublish(page: Page, *, now: datetime) -> None:
    """Take the page off the site; its draft and revisions stay."""
    page = _locked(page)
    _refuse_if_required(page)
    _close(page, now)


@transaction.atomic
def remove(page: Page, *, now: datetime) -> None:
    """Remove the page from the tree; it can be restored."""
    page = _locked(page)
    _refuse_if_required(page)
    if child := Page.objects.not_removed().filter(parent=page).first():
        raise PublishingError(f"“{child}” is below this page. Move or remove it first.")
    _close(page, now)
    page.deleted_at = now
    page.save(update_fields=["deleted_at", "updated_at"])


@transaction.atomic
def restore(page: Page) -> None:
    """Restore a removed page as a draft, in its former place."""
    page = _locked(page)
    if page.parent and page.parent.deleted_at:
        raise PublishingError(f"Its parent page “{page.parent}” has been removed. Restore that page first.")
    if sibling := Page.objects.not_removed().filter(parent=page.parent_id, slug=page.slug).exclude(pk=page.pk).first():
        raise PublishingError(f"“{sibling}” now has its web address. Change the address of that page first.")
    if path := page_paths.conflicting_path(page):
        raise PublishingError(f"“{path}” now leads to “{path.page}”. Give this page another web address first.")
    page.deleted_at = None
    page.save(update_fields=["deleted_at", "updated_at"])
    page_paths.assign(page)


def describe(page: Page) -> str:
    """Return the status of a page, which with_state() has annotated, in words."""
    if page.deleted_at:
        return "Removed"
    newest = page.live_version if page.scheduled_version is None else page.scheduled_version
    changes = 0 if newest is None else page.draft_version - newest
    pending = f"{changes} unpublished change{'' if changes == 1 else 's'}" if changes > 0 else ""
    return "; ".join(filter(None, [_live_status(page), pending]))


def _live_status(page: Page) -> str:
    moment = page.scheduled_for and moment_in_words(page.scheduled_for)
    if page.live_version is not None:
        return f"Live; next revision goes live on {moment}" if moment else "Live"
    if moment:
        return f"Goes live on {moment}"
    return "Unpublished draft" if page.was_published else "Draft, never published"


def moment_in_words(moment: datetime) -> str:
    """Return London time such as “Monday 7 December at 09:00”, with the year unless it is the current one."""
    local = timezone.localtime(moment)
    year = "" if local.year == timezone.localtime().year else " Y"
    return date_format(local, f"l j F{year} \\a\\t H:i")


def privacy_notice_version() -> str:
    """Return which revision of the privacy notice is live, such as “revision 3”; empty if none is."""
    live = Revision.objects.public(timezone.now()).filter(page__role=Page.Role.PRIVACY)
    number = live.values_list("number", flat=True).first()
    return f"revision {number}" if number else ""


def _publishable(page: Page, publication: Publication) -> Source:
    """Return the draft as a source. Raises PublishingError if it has changed since it was reviewed, or is broken."""
    if page.deleted_at:
        raise PublishingError("This page has been removed. Restore it before you publish it.")
    if publication.version not in (None, page.draft_version):
        raise PublishingError("The draft has been saved since you opened this screen. This is how it compares now.")
    source = to_source(page)
    if broken := [finding.message for finding in check(source, check_context(page)) if finding.level == "stops"]:
        raise PublishingError(f"This page cannot be published yet. {' '.join(broken)}")
    return source


def _new_revision(
    page: Page,
    source: Source,
    publication: Publication,
    now: datetime,
    *,
    live_from: datetime | None = None,
    live_until: datetime | None = None,
    ended_revisions: list[tuple[int, str | None]] | None = None,
) -> Revision:
    newest = Revision.objects.filter(page=page).aggregate(newest=Max("number"))["newest"]
    return Revision.objects.create(
        page=page,
        number=(newest or 0) + 1,
        source=source,
        schema=SCHEMA,
        text=plain_text(source),
        note=publication.note,
        dismissals=publication.dismissals,
        user=publication.user,
        draft_version=page.draft_version,
        created_at=now,
        live_from=live_from or now,
        live_until=live_until,
        ended_revisions=ended_revisions or [],
    )


def _refuse_if_required(page: Page) -> None:
    if page.role:
        raise PublishingError(f"The site needs “{page}”. Change its text and publish it instead.")


def _locked(page: Page) -> Page:
    """Return a fresh copy of the page, locked until the transaction ends."""
    # On SQLite this is a plain read, because nothing else can write during an IMMEDIATE transaction.
    return Page.objects.select_for_update().get(pk=page.pk)


def _open_revisions(page: Page, now: datetime) -> list[tuple[int, str | None]]:
    """Return the number and live_until (ISO 8601; None: no end) of each live or scheduled revision."""
    ending_later = Q(live_until__isnull=True) | Q(live_until__gt=now)
    rows = Revision.objects.filter(ending_later, page=page).exclude(live_until=F("live_from"))
    return [
        (number, until.isoformat() if until else None) for number, until in rows.values_list("number", "live_until")
    ]


def _close(page: Page, now: datetime) -> list[tuple[int, str | None]]:
    """End the live and scheduled revisions and return them; a scheduled one never goes live."""
    ended_revisions = _open_revisions(page, now)
    ending_later = Q(live_until__isnull=True) | Q(live_until__gt=now)
    Revision.objects.filter(ending_later, page=page).update(live_until=Greatest(F("live_from"), now))
    return ended_revisions


def _unschedule(page: Page, now: datetime) -> None:
    """Cancel scheduled revisions; what they would have replaced stays live."""
    for scheduled in Revision.objects.scheduled(now).filter(page=page):
        begins = scheduled.live_from
        scheduled.live_until = begins
        scheduled.save(update_fields=["live_until"])
        Revision.objects.filter(page=page, live_until=begins, live_from__lt=begins).update(live_until=None)

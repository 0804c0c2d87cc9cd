"""Publish a draft: show the changes and the findings of the checks, and ask when to publish."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from pages import checks, diff, publishing
from pages.admin import texts
from pages.check_context import check_context, reference_names
from pages.fact_links import replace_with_fact
from pages.models import DismissedFinding, Page, Revision
from pages.models.blocks import BLOCK_TYPES, HTML_BLOCK_TYPES
from pages.page_source import Source, to_source
from pages.search_engine_preview import search_engine_preview
from practice import audit, facts
from practice.clock import localdate
from practice.confirmation import ConfirmationMixin, is_far_ahead
from practice.forms import AdminModelForm
from practice.requests import StaffRequest


class PublishForm(ConfirmationMixin, forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="Note for yourself (optional)",
        max_length=200,
        required=False,
        help_text="Why you changed the page, for the list of revisions. Visitors do not see it.",
    )
    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "At a set date and time")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when visitors should see it."},
    )
    at = forms.DateTimeField(
        label="Date and time (London)",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
        error_messages={"invalid": texts.DAY_INVALID},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == "now" and cleaned.get("at"):
            self.add_error("when", texts.DAY_WITH_NOW)
        if cleaned.get("when") == "later" and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", texts.DAY_MISSING)
        return cleaned

    def unlikely(self) -> list[str]:
        at = self.cleaned_data.get("at")
        if at is None or not is_far_ahead(localdate(at)):
            return []
        return [texts.FAR_AHEAD.format(moment=publishing.moment_in_words(at))]


class DismissFindingForm(AdminModelForm):
    link = forms.URLField(label="Source (link)", max_length=400, required=False, assume_scheme="https")

    class Meta:
        model = DismissedFinding
        fields = ["note", "link", "checked_on"]
        error_messages = {"note": {"required": texts.REASON_MISSING}}


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    initial = {"version": page.draft_version, "when": "later" if "later" in request.GET else "now"}
    form = PublishForm(request.POST or None, initial=initial)
    source = to_source(page)
    context = check_context(page)
    rows = finding_rows(page, source, context)
    if request.method == "POST" and form.is_valid():
        if _publish(request, page, form.cleaned_data, rows, now):
            return redirect("admin:pages_page_change", page.pk)
        return redirect("admin:pages_page_publish", page.pk)
    live = Revision.objects.public(now).filter(page=page).first()
    publish_context = {
        "title": f"Publish “{page}”",
        "page": page,
        "status": publishing.describe(page),
        "form": form,
        "findings": rows,
        "stops": any(row["finding"].level == "stops" for row in rows),
        "comparison": diff.compare(live.source if live else {}, source, reference_names()),
        "is_first": live is None,
        "is_same": live is not None and live.source == source,
        "open": sum(row["dismissal"] is None for row in rows),
        "search": search_engine_preview(
            source, context.facts.practice.name, f"{context.site_url.rstrip('/')}{context.path}"
        ),
    }
    return render(request, "admin/pages/page/publish.html", admin_context | publish_context)


@require_POST
@transaction.atomic
def dismiss_finding(request: StaffRequest, *, page: Page, admin_context: dict[str, Any], key: str) -> HttpResponse:
    """Save why a warning does not apply to this page."""
    finding = _get_finding(page, key)
    dismissal = DismissedFinding.objects.filter(page=page, key=key).first()
    dismissal = dismissal or DismissedFinding(page=page, key=key, user=request.user)
    form = DismissFindingForm(request.POST, instance=dismissal)
    if form.is_valid():
        form.instance.message = finding.message[:400]
        form.save()
        messages.success(request, texts.FINDING_DISMISSED)
    else:
        errors = " ".join(str(error) for field_errors in form.errors.values() for error in field_errors)
        messages.error(request, texts.FINDING_NOT_DISMISSED.format(errors=errors))
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
@transaction.atomic
def restore_finding(request: HttpRequest, *, page: Page, admin_context: dict[str, Any], key: str) -> HttpResponse:
    DismissedFinding.objects.filter(page=page, key=key).delete()
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
@transaction.atomic
def use_fact(request: HttpRequest, *, page: Page, admin_context: dict[str, Any], key: str) -> HttpResponse:
    """Replace typed words with a live fact, so that they stay correct."""
    page = Page.objects.select_for_update().get(pk=page.pk)
    finding = _get_finding(page, key)
    fact = finding.suggestion and facts.current().tokens.get(finding.suggestion["token"])
    if fact and _write_fact(page, finding.place, fact=fact, **finding.suggestion):
        page.count_change()
        messages.success(request, texts.FACT_USED.format(fact=fact))
    else:
        messages.error(request, texts.FACT_NOT_USED)
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
def undo(request: StaffRequest, *, page: Page, admin_context: dict[str, Any], revision: int) -> HttpResponse:
    published = get_object_or_404(page.revisions.select_related("page"), number=revision)
    try:
        publishing.undo(published, user=request.user, now=timezone.now())
    except publishing.PublishingError as error:
        messages.error(request, str(error))
    else:
        audit.record(audit.Kind.PUBLISHED, request.user, page)
        messages.success(request, texts.UNDONE)
    return redirect("admin:pages_page_change", page.pk)


@require_POST
def unschedule(request: HttpRequest, *, page: Page, admin_context: dict[str, Any]) -> HttpResponse:
    publishing.unschedule(page, now=timezone.now())
    audit.record(audit.Kind.PUBLISHED, request.user, page)
    messages.success(request, texts.UNSCHEDULED)
    return redirect("admin:pages_page_change", page.pk)


def finding_rows(page: Page, source: Source, context: checks.CheckContext) -> list[dict[str, Any]]:
    """Return each finding with its dismissal, its form and a link to its block in the editor."""
    findings = checks.check(source, context)
    keys = [finding.key for finding in findings]
    dismissals = {dismissal.key: dismissal for dismissal in page.dismissed_findings.filter(key__in=keys)}
    anchors = _block_anchors(page)
    editor = reverse("admin:pages_page_change", args=[page.pk])
    return [
        {
            "finding": finding,
            "dismissal": (dismissal := dismissals.get(finding.key)),
            "form": DismissFindingForm(instance=dismissal, prefix=None, auto_id=f"id_{finding.key}_%s"),
            "fact": finding.suggestion and context.facts.tokens.get(finding.suggestion["token"]),
            "url": f"{editor}#{anchors.get(finding.place, f'id_{finding.place}')}",
        }
        for finding in findings
    ]


def _write_fact(page: Page, uid: str, *, words: str, token: str, fact: str) -> bool:
    """Replace the words in the block with this uid; return whether it had them."""
    for block_type in HTML_BLOCK_TYPES:
        row = block_type.objects.filter(parent=page, uid=uid).first()
        if row and (html := replace_with_fact(row.html, words, token, fact)) != row.html:
            row.html = html
            row.save(update_fields=["html"])
            return True
    return False


def _block_anchors(page: Page) -> dict[str, str]:
    """Map the uid of each block to the id of its form in the editor."""
    return {
        str(uid): f"pages_{block_type._meta.model_name}_set-{index}"
        for block_type in BLOCK_TYPES
        for index, uid in enumerate(block_type.objects.filter(parent=page).values_list("uid", flat=True))
    }


def _get_finding(page: Page, key: str) -> Any:
    for finding in checks.check(to_source(page), check_context(page)):
        if finding.key == key:
            return finding
    raise Http404


def _dismissals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the dismissals as JSON, to be stored with a revision."""
    return [
        {
            "rule": row["finding"].rule,
            "message": dismissal.message,
            "quote": row["finding"].quote,
            "note": dismissal.note,
            "link": dismissal.link,
            "checked_on": dismissal.checked_on.isoformat(),
        }
        for row in rows
        if (dismissal := row["dismissal"])
    ]


def _publish(
    request: StaffRequest, page: Page, cleaned: dict[str, Any], rows: list[dict[str, Any]], now: datetime
) -> bool:
    publication = {
        "user": request.user,
        "note": cleaned["note"],
        "dismissals": _dismissals(rows),
        "version": cleaned["version"],
        "now": now,
    }
    try:
        if cleaned["when"] == "later":
            revision = publishing.schedule(page, at=cleaned["at"], **publication)
            moment = publishing.moment_in_words(revision.live_from)
            message = texts.SCHEDULED.format(page=page, moment=moment)
        else:
            revision = publishing.publish(page, **publication)
            message = texts.PUBLISHED.format(page=page, revision=revision)
    except publishing.PublishingError as error:
        messages.error(request, str(error))
        return False
    audit.record(audit.Kind.PUBLISHED, request.user, page)
    messages.success(request, message)
    return True

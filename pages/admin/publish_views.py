"""Before a draft is published: what would change, what to look at again, when it should happen."""

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
from pages.check_context import check_context, names
from pages.live_facts import replace_with_fact
from pages.models import DismissedFinding, Page, Revision
from pages.models.blocks import KINDS, TEXT_KINDS
from pages.search_preview import search_preview
from pages.source import Source, to_source
from practice import facts
from practice.forms import AdminModelForm
from practice.requests import StaffRequest


class PublishForm(forms.Form):
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="Note for yourself (optional)",
        max_length=200,
        required=False,
        help_text="Why you changed it, for the list of editions. Visitors do not see it.",
    )
    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Now"), ("later", "On a day and at a time")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose when visitors should see it."},
    )
    at = forms.DateTimeField(
        label="Day and time, in London",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
        error_messages={"invalid": "Enter a day and a time, such as 07/12/2026 09:00."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == "now" and cleaned.get("at"):
            self.add_error("when", "You entered a day, but chose “Now”. Which do you mean?")
        if cleaned.get("when") == "later" and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", "Enter the day and the time when visitors should see it.")
        return cleaned


class DismissFindingForm(AdminModelForm):
    link = forms.URLField(label="Where that can be read", max_length=400, required=False, assume_scheme="https")

    class Meta:
        model = DismissedFinding
        fields = ["note", "link", "looked_up_on"]
        error_messages = {"note": {"required": "Say why it may stay."}}


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    begin = {"seen_version": page.draft_version, "when": "later" if "later" in request.GET else "now"}
    form = PublishForm(request.POST or None, initial=begin)
    source = to_source(page)
    context = check_context(page)
    found = findings(page, source, context)
    if request.method == "POST" and form.is_valid():
        if _publish(request, page, form.cleaned_data, found, now):
            return redirect("admin:pages_page_change", page.pk)
        return redirect("admin:pages_page_publish", page.pk)
    live = Revision.objects.public(now).filter(page=page).first()
    shown = {
        "title": f"Publish “{page}”",
        "page": page,
        "status": publishing.describe(page),
        "form": form,
        "findings": found,
        "stops": any(one["finding"].level == "stops" for one in found),
        "comparison": diff.compare(live.source if live else {}, source, names()),
        "is_first": live is None,
        "is_same": live is not None and live.source == source,
        "open": sum(one["answer"] is None for one in found),
        "search": search_preview(source, context.facts.practice.name, f"{context.site_url.rstrip('/')}{context.path}"),
    }
    return render(request, "admin/pages/page/publish.html", frame | shown)


@require_POST
@transaction.atomic
def answer(request: StaffRequest, *, page: Page, frame: dict[str, Any], key: str) -> HttpResponse:
    """Keeps why a warning does not apply, with the page and with the editions that say so."""
    finding = _found(page, key)
    known = DismissedFinding.objects.filter(page=page, key=key).first()
    form = DismissFindingForm(request.POST, instance=known or DismissedFinding(page=page, key=key, who=request.user))
    if form.is_valid():
        form.instance.message = finding.message[:400]
        form.save()
        messages.success(request, "Your answer is kept with the page.")
    else:
        wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"The answer was not kept: {wrong}")
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
@transaction.atomic
def take_back_answer(request: HttpRequest, *, page: Page, frame: dict[str, Any], key: str) -> HttpResponse:
    DismissedFinding.objects.filter(page=page, key=key).delete()
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
@transaction.atomic
def use_fact(request: HttpRequest, *, page: Page, frame: dict[str, Any], key: str) -> HttpResponse:
    """Puts the fact itself where its words were typed, so that it is right for ever."""
    page = Page.objects.select_for_update().get(pk=page.pk)
    finding = _found(page, key)
    fact = finding.suggestion and facts.current().tokens.get(finding.suggestion["token"])
    if fact and _write_fact(page, finding.place, fact=fact, **finding.suggestion):
        page.count_change()
        messages.success(request, f"Done: the page now says {fact}, and will follow when you change it on your desk.")
    else:
        messages.error(request, "That place cannot hold a fact. Change the words in the editor.")
    return redirect("admin:pages_page_publish", page.pk)


@require_POST
def undo(request: StaffRequest, *, page: Page, frame: dict[str, Any], edition: int) -> HttpResponse:
    found = get_object_or_404(page.editions.select_related("page"), number=edition)
    try:
        publishing.undo(found, who=request.user, now=timezone.now())
    except publishing.PublishingError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Undone: visitors see again what they saw before. Your draft is as you left it.")
    return redirect("admin:pages_page_change", page.pk)


@require_POST
def unschedule(request: HttpRequest, *, page: Page, frame: dict[str, Any]) -> HttpResponse:
    publishing.unschedule(page, now=timezone.now())
    messages.success(request, "It will not go live by itself. Your draft is as you left it.")
    return redirect("admin:pages_page_change", page.pk)


def findings(page: Page, source: Source, context: checks.CheckContext) -> list[dict[str, Any]]:
    """What the checks found, the answers given, and where in the editor each thing stands."""
    found = checks.check(source, context)
    answers = {answer.key: answer for answer in page.answers.filter(key__in=[one.key for one in found])}
    places = _places(page)
    editor = reverse("admin:pages_page_change", args=[page.pk])
    return [
        {
            "finding": one,
            "answer": (answer := answers.get(one.key)),
            "form": DismissFindingForm(instance=answer, prefix=None, auto_id=f"id_{one.key}_%s"),
            "fact": one.suggestion and context.facts.tokens.get(one.suggestion["token"]),
            "url": f"{editor}#{places.get(one.place, f'id_{one.place}')}",
        }
        for one in found
    ]


def _write_fact(page: Page, uid: str, *, words: str, token: str, fact: str) -> bool:
    """Whether the block of that uid had such words to give up."""
    for kind in TEXT_KINDS:
        row = kind.objects.filter(parent=page, uid=uid).first()
        if row and (html := replace_with_fact(row.html, words, token, fact)) != row.html:
            row.html = html
            row.save(update_fields=["html"])
            return True
    return False


def _places(page: Page) -> dict[str, str]:
    """Block uid to the id of its form in the editor."""
    return {
        str(uid): f"pages_{kind._meta.model_name}_set-{index}"
        for kind in KINDS
        for index, uid in enumerate(kind.objects.filter(parent=page).values_list("uid", flat=True))
    }


def _found(page: Page, key: str) -> Any:
    for finding in checks.check(to_source(page), check_context(page)):
        if finding.key == key:
            return finding
    raise Http404


def _answers(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they are kept with an edition."""
    return [
        {
            "rule": one["finding"].rule,
            "message": answer.message,
            "quote": one["finding"].quote,
            "note": answer.note,
            "link": answer.link,
            "looked_up_on": answer.looked_up_on.isoformat(),
        }
        for one in findings
        if (answer := one["answer"])
    ]


def _publish(
    request: StaffRequest, page: Page, said: dict[str, Any], found: list[dict[str, Any]], now: datetime
) -> bool:
    how = {
        "who": request.user,
        "note": said["note"],
        "answers": _answers(found),
        "seen_version": said["seen_version"],
        "now": now,
    }
    try:
        if said["when"] == "later":
            edition = publishing.schedule(page, at=said["at"], **how)
            done = f"“{page}” goes live on {publishing.in_words(edition.live_from)}. Nothing more is to be done."
        else:
            edition = publishing.publish(page, **how)
            done = f"Published: visitors now see {edition} of “{page}”."
    except publishing.PublishingError as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True

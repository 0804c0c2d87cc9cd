"""The screen “Bring in a document”: a file or a pasted text becomes a draft page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from pages import importer, importers
from pages.admin import tree_views
from pages.importers import Document, DocumentError


class DocumentForm(forms.Form):
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # answered by documents.read(), in the same words as everywhere
        max_length=255,
        help_text="Word (.docx), Markdown (.md) or text (.txt), up to 10 MB and 100 pages.",
        widget=forms.FileInput({"accept": ".docx,.md,.markdown,.txt"}),
        error_messages={"max_length": "The name of this file is too long. Give it a shorter one."},
    )
    text = forms.CharField(
        label="or the text itself",
        required=False,
        strip=False,
        help_text="Copied from anywhere. Headings, lists and paragraphs are recognised by their shape.",
        widget=forms.Textarea({"rows": 12}),
    )
    parent = tree_views.ParentField(
        label="below", help_text="The page that the new one belongs to. Leave it empty for a page at the top."
    )
    document: Document

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if "file" in self.errors:
            return cleaned
        if bool(file) == bool(text.strip()):
            self.add_error(
                "file", "Choose a file or paste a text, not both." if file else "Choose a file, or paste a text below."
            )
            return cleaned
        try:
            self.document = _read(file) if file else importers.from_text(text)
        except DocumentError as why:
            self.add_error("file" if file else "text", str(why))
        return cleaned


def _read(file: Any) -> Document:
    return importers.read(file.name, file.read(importers.MAX_BYTES + 1))


@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest, *, frame: dict[str, Any]) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    if form.is_valid():
        try:
            page, dropped = importer.create_page(form.document, form.cleaned_data["parent"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"“{page}” is a draft now. Look it over; visitors see it once you publish it.")
            if dropped:
                messages.warning(request, _report(dropped))
            return redirect("admin:pages_page_change", page.pk)
    context = {"title": "Bring in a document", "form": form, "has_lost_file": bool(request.FILES)}
    return render(request, "admin/pages/page/import.html", frame | context)


def _report(dropped: list[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((capfirst(one),) for one in dropped))
    return format_html("Left out or changed: <ul>{}</ul>", items)

"""Import a document: a file or pasted text becomes a draft page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods, require_POST

from pages import document_import
from pages.admin import texts, tree_views
from pages.document_import import Document, DocumentError


class DocumentForm(forms.Form):
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # read_file() refuses it with its own message
        max_length=255,
        help_text="Word (.docx), Markdown (.md) or text (.txt), up to 10 MB and 100 pages.",
        widget=forms.FileInput({"accept": ".docx,.md,.markdown,.txt"}),
        error_messages={"max_length": texts.FILE_NAME_TOO_LONG},
    )
    text = forms.CharField(
        label="or paste the text",
        required=False,
        strip=False,
        help_text="Copied from any program. Headings, lists and paragraphs are recognised from their layout or from "
        "Markdown.",
        widget=forms.Textarea({"rows": 12}),
    )
    parent = tree_views.ParentField(
        label="parent page", help_text="The page that the new one belongs to. Leave it empty for a top-level page."
    )
    document: Document

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if "file" in self.errors:
            return cleaned
        if bool(file) == bool(text.strip()):
            self.add_error("file", texts.FILE_AND_TEXT if file else texts.NO_FILE_OR_TEXT)
            return cleaned
        try:
            self.document = _read_upload(file) if file else document_import.read_text(text)
        except DocumentError as error:
            self.add_error("file" if file else "text", str(error))
        return cleaned


def _read_upload(file: Any) -> Document:
    return document_import.read_file(file.name, file.read(document_import.MAX_FILE_BYTES + 1))


@require_http_methods(["GET", "HEAD", "POST"])
def import_document(request: HttpRequest, *, admin_context: dict[str, Any]) -> HttpResponse:
    form = DocumentForm(request.POST, request.FILES) if request.method == "POST" else DocumentForm()
    if form.is_valid():
        try:
            page, dropped = document_import.create_page(form.document, form.cleaned_data["parent"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, texts.IMPORTED.format(page=page))
            if dropped:
                messages.warning(request, _report(dropped))
            return redirect("admin:pages_page_change", page.pk)
    context = {"title": "Import a document", "form": form, "has_lost_file": bool(request.FILES)}
    return render(request, "admin/pages/page/import.html", admin_context | context)


@require_POST
def read_passage(request: HttpRequest, **kwargs: Any) -> JsonResponse:
    """Read a plain text that was pasted into the editor."""
    try:
        html, dropped = document_import.read_passage(request.POST.get("text", ""))
    except DocumentError as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"html": html, "dropped": [capfirst(item) for item in dropped]})


def _report(dropped: list[str]) -> SafeString:
    items = format_html_join("", "<li>{}</li>", ((capfirst(item),) for item in dropped))
    return format_html("{} <ul>{}</ul>", texts.LEFT_OUT, items)

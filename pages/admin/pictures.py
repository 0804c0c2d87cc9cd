"""The admin of pictures."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pages.models import Page, Picture, PictureBlock, Revision
from pages.page_source import known_blocks
from pages.picture_decoding import ACCEPTED, MAX_BYTES, NAMED_FORMATS, PictureError
from pages.pictures import import_picture, notes_on, smallest_rendition_url
from pages.publishing import UNDO_PERIOD
from practice.forms import AdminModelForm


class PictureUploadForm(AdminModelForm):
    """Upload a new picture, or rename an existing one."""

    upload = forms.FileField(
        label="picture",
        help_text=f"{NAMED_FORMATS}, up to {MAX_BYTES // 1_000_000} MB.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={"required": "Choose a picture on your device."},
    )

    class Meta:
        model = Picture
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notes: list[str] = []
        if self.instance.pk:
            del self.fields["upload"]
        else:
            self.fields["name"].required = False

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        upload.seek(0)
        data = upload.read()
        try:
            self.instance = import_picture(data, upload.name)
        except PictureError as error:
            raise forms.ValidationError(str(error)) from None
        self.notes = notes_on(data, upload.name)
        return upload

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or self.instance.name


class PictureAdmin(admin.ModelAdmin):
    form = PictureUploadForm
    list_display = ["name", "thumbnail", "size", "added_at"]
    search_fields = ["name"]
    readonly_fields = ["thumbnail", "size", "added_at", "used_on"]
    actions = None

    class Media:
        css = {"all": ["css/page-list.css", "css/page-screens.css"]}

    @admin.display(description="Picture")
    def thumbnail(self, picture: Picture) -> SafeString:
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', smallest_rendition_url(picture))

    @admin.display(description="Size")
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    @admin.display(description="Added", ordering="created_at")
    def added_at(self, picture: Picture) -> str:
        return date_format(timezone.localtime(picture.created_at), "j F Y, H:i")

    @admin.display(description="Used on")
    def used_on(self, picture: Picture) -> SafeString | str:
        pages = pages_showing(picture, timezone.now())
        if not pages:
            return "No page. It can be deleted."
        links = [(reverse("admin:pages_page_change", args=[page.pk]), page) for page in pages]
        return format_html(
            "{}. It cannot be deleted while a draft or a published page uses it, nor for ten minutes afterwards.",
            format_html_join(", ", '<a href="{}">{}</a>', links),
        )

    def save_model(self, request: HttpRequest, obj: Picture, form: PictureUploadForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for note in form.notes:
            messages.warning(request, note)

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> list:
        return ["thumbnail", "name", "size", "added_at", "used_on"] if obj else ["upload", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        """Refuse while a page shows the picture or is scheduled to; old revisions may lose it."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not pages_showing(obj, timezone.now()))


def pages_showing(picture: Picture, now: datetime) -> list[Page]:
    """Return the pages with the picture in a draft, a live or scheduled revision, or one that undo would restore."""
    drafts = PictureBlock.objects.filter(picture=picture).values_list("parent", flat=True)
    recent = Q(live_until__isnull=True) | Q(live_until__gt=now - UNDO_PERIOD)
    revisions = Revision.objects.filter(recent).values_list("page", "source")
    showing = {page for page, source in revisions if any(_shows(block, picture) for block in known_blocks(source))}
    return list(Page.objects.filter(pk__in={*drafts, *showing}).order_by("title", "pk"))


def _shows(block: dict[str, Any], picture: Picture) -> bool:
    return block.get("picture") == picture.pk

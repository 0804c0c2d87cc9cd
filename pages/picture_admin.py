"""The pictures that pages can show, in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages.models import Edition, Picture, PictureBlock
from pages.pictures import PictureError, smallest, take_in
from pages.source import known_blocks


class TakeInForm(forms.ModelForm):
    """A picture is sent once; afterwards only its name can be changed."""

    upload = forms.FileField(
        label="picture",
        help_text="JPEG, PNG, WebP or AVIF, up to 10 MB.",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        error_messages={"required": "Choose a picture on your device."},
    )

    class Meta:
        model = Picture
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["upload"]
        else:
            self.fields["name"].required = False

    def clean_upload(self) -> Any:
        upload = self.cleaned_data["upload"]
        upload.seek(0)
        try:
            self.instance = take_in(upload.read(), upload.name)
        except PictureError as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return upload

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or self.instance.name


class PictureAdmin(admin.ModelAdmin):
    form = TakeInForm
    list_display = ["name", "shown", "size", "created_at"]
    search_fields = ["name"]
    actions = None

    class Media:
        css = {"all": ["css/page-editor.css"]}

    @admin.display(description="Picture")
    def shown(self, picture: Picture) -> SafeString:
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', smallest(picture))

    @admin.display(description="Size")
    def size(self, picture: Picture) -> str:
        return f"{picture.width} × {picture.height}"

    def get_fields(self, request: HttpRequest, obj: Picture | None = None) -> list[str]:
        return ["name"] if obj else ["upload", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: Picture | None = None) -> bool:
        """Not while a page shows it or is about to; from former editions it may vanish."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not is_used(obj))


def is_used(picture: Picture) -> bool:
    """In a draft, or in what visitors see or will see."""
    if PictureBlock.objects.filter(picture=picture).exists():
        return True
    now = timezone.now()
    shown = Edition.objects.public(now) | Edition.objects.scheduled(now)
    return any(
        block.get("picture") == picture.pk
        for source in shown.values_list("source", flat=True)
        for block in known_blocks(source)
    )

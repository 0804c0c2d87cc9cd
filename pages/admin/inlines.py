"""The blocks of a page in its editor."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst

from pages.admin import texts
from pages.admin.page_list import in_tree_order
from pages.models import Block, Page, Picture, PictureBlock, RichText, UnknownBlock
from pages.models.blocks import References
from pages.page_source import ALL_BLOCK_TYPES
from pages.picture_decoding import ACCEPTED, MAX_BYTES, NAMED_FORMATS, PictureError
from pages.pictures import import_picture, smallest_rendition_url
from practice.forms import AdminModelForm
from practice.models import Fee, Location


class PictureChoice(forms.Select):
    """Gives each option the URL of its smallest rendition, so that the editor can show the picture."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if picture := getattr(value, "instance", None):
            option["attrs"]["data-src"] = smallest_rendition_url(picture)
        return option


class PictureField(forms.ModelChoiceField):
    """Lists pictures by name; str(picture) leaves the name out of the admin's history."""

    def label_from_instance(self, picture: Picture) -> str:
        return picture.name


class PictureForm(AdminModelForm):
    """Choose an existing picture or upload a new one; an upload takes precedence."""

    data: MultiValueDict[str, str]
    picture = PictureField(Picture.objects.all(), required=False, widget=PictureChoice, empty_label="None yet")
    upload = forms.FileField(
        label="Add a picture from this device",
        required=False,
        help_text=f"{NAMED_FORMATS}, up to {MAX_BYTES // 1_000_000} MB. Hidden details, such as where the photograph "
        "was taken, are removed.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    class Meta:
        model = PictureBlock
        fields = [
            "picture", "upload", "alt", "decorative", "caption", "crop", "focus_x", "focus_y", "region", "ordering"
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if upload := cleaned.get("upload"):
            self._import_upload(cleaned, upload)
        elif not cleaned.get("picture") and not self.errors:
            self.add_error("picture", texts.PICTURE_MISSING)
        if cleaned.get("alt") and cleaned.get("decorative"):
            self.add_error("decorative", texts.ALT_AND_DECORATIVE)
        return cleaned

    def _import_upload(self, cleaned: dict[str, Any], upload: Any) -> None:
        upload.seek(0)
        try:
            picture = import_picture(upload.read(), upload.name)
        except PictureError as error:
            self.add_error("upload", str(error))
            return
        cleaned["picture"] = picture
        # Select the new picture, so that it need not be uploaded again if another field has an error.
        self.data = self.data.copy()
        self.data[self.add_prefix("picture")] = str(picture.pk)


class ReferencesForm(AdminModelForm):
    """Shows a checkbox for each object that the block may refer to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self._meta.model.ids_field
        field = self._meta.model._meta.get_field(name)
        self.fields[name] = forms.TypedMultipleChoiceField(
            label=capfirst(field.verbose_name),
            coerce=int,
            required=False,
            choices=_CHOICES[name],
            widget=forms.CheckboxSelectMultiple,
            help_text=field.help_text,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name = self._meta.model.ids_field
        cleaned[name] = list(cleaned.get(name) or [])  # JSONField would clean an empty choice to None
        return cleaned


def _pages() -> list[tuple[int, str]]:
    pages = in_tree_order(Page.objects.not_removed())
    return [(page.pk, f"{'– ' * page.depth}{page}") for page in pages]


_CHOICES = {
    "locations": lambda: list(Location.objects.active().values_list("pk", "name")),
    "fees": lambda: list(Fee.objects.filter(is_active=True).values_list("pk", "name")),
    "pages": _pages,
}


class BlockInline(ContentEditorInline):
    form: type[forms.ModelForm] = AdminModelForm


class TextInline(BlockInline):
    def get_extra(self, request: HttpRequest, obj: Page | None = None, **kwargs: Any) -> int:
        """Start a new page with one empty text block."""
        return 0 if obj else 1


class PictureInline(BlockInline):
    form = PictureForm


class ReferencesInline(BlockInline):
    form = ReferencesForm


class UnknownBlockInline(BlockInline):
    fields = ["explanation", "region", "ordering"]
    readonly_fields = ["explanation"]

    def has_add_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return False

    @admin.display(description="block")
    def explanation(self, row: UnknownBlock) -> str:
        return f"{row}. It is kept unchanged."


_INLINES: dict[type[Block], type[BlockInline]] = {
    RichText: TextInline,
    PictureBlock: PictureInline,
    UnknownBlock: UnknownBlockInline,
}


def _inline(block_type: type[Block]) -> type[BlockInline]:
    default = ReferencesInline if issubclass(block_type, References) else BlockInline
    return _INLINES.get(block_type, default).create(block_type, icon=block_type.icon)


INLINES = [_inline(block_type) for block_type in ALL_BLOCK_TYPES]

"""The blocks of a page in its editor."""

from typing import Any

from content_editor.admin import ContentEditorInline
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.text import capfirst

from pages.admin.page_list import in_tree_order
from pages.models import Block, Page, Picture, PictureBlock, RichText, UnknownBlock
from pages.models.blocks import References
from pages.pictures import PictureError, smallest, take_in
from pages.source import ALL_KINDS
from practice.models import Fee, Location


class PictureChoice(forms.Select):
    """Each picture carries the address of its smallest rendition, for the editor to show it."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if picture := getattr(value, "instance", None):
            option["attrs"]["data-src"] = smallest(picture)
        return option


class PictureField(forms.ModelChoiceField):
    """Offers the pictures by their names, which their own texts leave out."""

    def label_from_instance(self, picture: Picture) -> str:
        return picture.name


class PictureForm(forms.ModelForm):
    """One that is here already, or a new file; with `upload`, the block takes the new one."""

    data: MultiValueDict[str, str]
    picture = PictureField(Picture.objects.all(), required=False, widget=PictureChoice, empty_label="None yet")
    upload = forms.FileField(
        label="Add a picture from this device",
        required=False,
        help_text="JPEG, PNG, WebP or AVIF, up to 10 MB. Hidden details, such as where the photograph was taken, "
        "are removed.",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    class Meta:
        model = PictureBlock
        fields = [
            "picture", "upload", "alt", "decorative", "caption", "crop", "focus_x", "focus_y", "region", "ordering"
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if upload := cleaned.get("upload"):
            self._take_in(cleaned, upload)
        elif not cleaned.get("picture") and not self.errors:
            self.add_error("picture", "Choose a picture, or add one from this device.")
        if cleaned.get("alt") and cleaned.get("decorative"):
            self.add_error("decorative", "Either say what it shows, or tick this: not both.")
        return cleaned

    def _take_in(self, cleaned: dict[str, Any], upload: Any) -> None:
        upload.seek(0)
        try:
            picture = take_in(upload.read(), upload.name)
        except PictureError as refusal:
            self.add_error("upload", str(refusal))
            return
        cleaned["picture"] = picture
        # Chosen from now on, so that it need not be sent again when something else has to be put right.
        self.data = self.data.copy()
        self.data[self.add_prefix("picture")] = str(picture.pk)


class ReferencesForm(forms.ModelForm):
    """Ticks for what may be referred to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self._meta.model.ids
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
        name = self._meta.model.ids
        cleaned[name] = list(cleaned.get(name) or [])  # an empty choice is an empty list, whatever the field says
        return cleaned


def _pages() -> list[tuple[int, str]]:
    pages = in_tree_order(Page.objects.kept())
    return [(page.pk, f"{'– ' * page.depth}{page}") for page in pages]


_CHOICES = {
    "locations": lambda: list(Location.objects.active().values_list("pk", "name")),
    "fees": lambda: list(Fee.objects.filter(is_active=True).values_list("pk", "name")),
    "pages": _pages,
}


class TextInline(ContentEditorInline):
    def get_extra(self, request: HttpRequest, obj: Page | None = None, **kwargs: Any) -> int:
        """A new page begins with a text to write in."""
        return 0 if obj else 1


class PictureInline(ContentEditorInline):
    form = PictureForm


class ReferencesInline(ContentEditorInline):
    form = ReferencesForm


class UnknownBlockInline(ContentEditorInline):
    fields = ["kept", "region", "ordering"]
    readonly_fields = ["kept"]

    def has_add_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        return False

    @admin.display(description="what it is")
    def kept(self, row: UnknownBlock) -> str:
        return f"{row}. It is kept, word for word."


_INLINES: dict[type[Block], type[ContentEditorInline]] = {
    RichText: TextInline,
    PictureBlock: PictureInline,
    UnknownBlock: UnknownBlockInline,
}


def _inline(kind: type[Block]) -> type[ContentEditorInline]:
    default = ReferencesInline if issubclass(kind, References) else ContentEditorInline
    return _INLINES.get(kind, default).create(kind, icon=kind.icon)


INLINES = [_inline(kind) for kind in ALL_KINDS]

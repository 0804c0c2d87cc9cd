from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.datastructures import MultiValueDict

from pages.admin import texts
from pages.models import Page
from pages.page_source import plain_text, to_source
from practice.forms import AdminModelForm


class PageForm(AdminModelForm):
    """The editor's form, which refuses to save over changes made elsewhere while it was open."""

    data: MultiValueDict[str, str]
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    saved_elsewhere = ""  # the text saved elsewhere, shown above the fields

    class Meta:
        model = Page
        fields = "__all__"  # the fieldsets of the admin choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.draft_version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and "_preview" not in self.data:
            self._refuse_if_saved_elsewhere(cleaned.get("version"))
        if "_restore_draft" in self.data:
            raise ValidationError(texts.DRAFT_RESTORED)
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        """Ignore errors of fields that this form does not show, such as the slug of an existing page."""
        if hasattr(errors, "error_dict"):
            field_names = (*self.fields, NON_FIELD_ERRORS)
            present = {name: messages for name, messages in errors.error_dict.items() if name in field_names}
            if not present:
                return
            errors = ValidationError(present)
        super()._update_errors(errors)  # type: ignore[misc]  # the stubs leave out private methods

    def _refuse_if_saved_elsewhere(self, version: int | None) -> None:
        # Lock the row until the save is done, so that the second of two simultaneous saves sees the first.
        saved = Page.objects.select_for_update().get(pk=self.instance.pk)
        if version == saved.draft_version:
            return
        self.saved_elsewhere = plain_text(to_source(saved))
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = str(saved.draft_version)
        raise ValidationError(texts.SAVED_ELSEWHERE)

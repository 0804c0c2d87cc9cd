from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.datastructures import MultiValueDict

from pages.models import Page
from pages.source import plain_text, to_source
from practice.forms import AdminModelForm


class PageForm(AdminModelForm):
    """The editor's form; it notices when the page was saved elsewhere while this one was open."""

    data: MultiValueDict[str, str]
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    saved_meanwhile = ""  # the text as it was saved elsewhere, to be shown beside what was typed here

    class Meta:
        model = Page
        fields = "__all__"  # the fieldsets of the admin choose

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.draft_version

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and "_preview" not in self.data:
            self._refuse_if_saved_meanwhile(cleaned.get("seen_version"))
        if "_put_back" in self.data:
            raise ValidationError("This is what you wrote before. It is not saved yet: look it over, then save it.")
        return cleaned

    def _update_errors(self, errors: ValidationError) -> None:
        """Once a page has its place, what is wrong with that is not this form's business."""
        if hasattr(errors, "error_dict"):
            known = (*self.fields, NON_FIELD_ERRORS)
            present = {name: wrong for name, wrong in errors.error_dict.items() if name in known}
            if not present:
                return
            errors = ValidationError(present)
        super()._update_errors(errors)  # type: ignore[misc]  # the stubs leave out what Django keeps private

    def _refuse_if_saved_meanwhile(self, seen: int | None) -> None:
        # Locked until the save is done, so that of two at once the second finds the first.
        saved = Page.objects.select_for_update().get(pk=self.instance.pk)
        if seen == saved.draft_version:
            return
        self.saved_meanwhile = plain_text(to_source(saved))
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = str(saved.draft_version)
        raise ValidationError(
            "This page was saved in another tab or by somebody else while you were writing. Nothing is lost: "
            "your text is in the fields, the other one is shown above them. Saving again keeps yours."
        )

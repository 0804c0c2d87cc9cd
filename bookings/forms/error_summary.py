"""A form whose error messages are also listed at the top of the page."""

from django import forms


class FormWithErrorSummary(forms.Form):
    use_required_attribute = False
    problem = ""  # an error that belongs to no field, in whole sentences

    def summary(self) -> list[dict[str, str]]:
        """Return every message once, with the id of the input that it links to."""
        messages = [{"message": self.problem, "target": ""}] if self.problem else []
        for field in self:
            messages += [{"message": str(message), "target": self.target(field)} for message in field.errors]
        return messages

    def target(self, field: forms.BoundField) -> str:
        """Return the id of the field's input, or of the first one of radio buttons and checkboxes."""
        return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id

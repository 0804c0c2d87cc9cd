"""The block that invites visitors to get in touch."""

from django.db import models

from pages.models.blocks.base import Block


class CallToAction(Block):
    icon = "touch_app"
    LABEL = "Request a consultation"
    samples = [{"label": LABEL, "appointment_type": ""}]

    type = "call_to_action"
    json_types = {"label": str, "appointment_type": str}
    text_fields = ["label"]

    label = models.CharField("button text", max_length=60, blank=True, default=LABEL)
    appointment_type = models.SlugField(
        "appointment type",
        blank=True,
        help_text="The short name of a type to choose in the form, such as “private-session”. Leave it empty for none.",
    )

    class Meta(Block.Meta):
        verbose_name = "contact button"

    def __str__(self) -> str:
        return self.label or self.LABEL

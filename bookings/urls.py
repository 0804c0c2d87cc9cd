from django.urls import path, register_converter

from bookings import views
from bookings.models import REFERENCE_LETTERS


class ReferenceConverter:
    regex = f"[{REFERENCE_LETTERS}]{{8}}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(ReferenceConverter, "reference")

app_name = "bookings"
urlpatterns = [
    path("", views.consultation, name="consultation"),
    path("received/<reference:reference>/", views.received, name="received"),
]

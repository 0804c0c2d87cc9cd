from django.contrib import admin
from django.urls import include, path

handler500 = "practice.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("bookings.urls")),
    path("", include("pages.urls")),
]

from django.contrib import admin
from django.urls import include, path

from practice import health_page, leaving

handler403 = "practice.errors.permission_denied"
handler500 = "practice.errors.server_error"

urlpatterns = [
    path("health/", health_page.absent),
    path("leave/", leaving.leave, name="leave"),
    path("admin/", admin.site.urls),
    path("", include("bookings.urls")),
    path("", include("pages.urls")),
]

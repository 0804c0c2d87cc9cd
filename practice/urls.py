from django.contrib import admin
from django.urls import include, path

from practice import health_page, leaving
from practice.sign_in import reset_views

handler403 = "practice.errors.permission_denied"
handler500 = "practice.errors.server_error"

urlpatterns = [
    path("health/", health_page.absent),
    path("leave/", leaving.leave, name="leave"),
    path("admin/", admin.site.urls),
    path("new-password/<str:token>/", reset_views.take_link, name="new_password_link"),
    path("", include("bookings.urls")),
    path("", include("pages.urls")),
]

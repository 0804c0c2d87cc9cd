from django.urls import path

from pages import pictures
from pages.admin import preview_views
from pages.views import page, search, sharing_images, styleguide, well_known

app_name = "pages"
urlpatterns = [
    path("robots.txt", well_known.robots, name="robots"),
    path("sitemap.xml", well_known.sitemap, name="sitemap"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("pictures/share-<int:page>-<slug:key>.png", sharing_images.sharing_image, name="sharing_image"),
    path("pictures/<slug:key>-<int:width>.<slug:format>", pictures.picture, name="picture"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("search/", search.search, name="search"),
    path("draft/<str:token>/", preview_views.shared_draft, name="shared_draft"),
    path("", page.page, name="home"),
    path("<path:path>/", page.page, name="page"),
]

from django.urls import path

from pages import pictures, previewing, search, sharing_images, styleguide, views, well_known

app_name = "pages"
urlpatterns = [
    path("robots.txt", well_known.robots, name="robots"),
    path("sitemap.xml", well_known.sitemap, name="sitemap"),
    path(".well-known/security.txt", well_known.security, name="security"),
    path("manifest.webmanifest", well_known.manifest, name="manifest"),
    path("pictures/share-<int:page>-<slug:key>.png", sharing_images.share, name="share"),
    path("pictures/<slug:key>-<int:width>.<slug:format>", pictures.picture, name="picture"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("search/", search.search, name="search"),
    path("draft/<str:token>/", previewing.shared, name="shared"),
    path("", views.page, name="home"),
    path("<path:path>/", views.page, name="page"),
]

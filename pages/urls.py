from django.urls import path

from pages import pictures, views

app_name = "pages"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("pictures/<slug:key>-<int:width>.<slug:format>", pictures.picture, name="picture"),
    path("", views.page, name="home"),
    path("<path:path>/", views.page, name="page"),
]

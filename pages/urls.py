from django.urls import path

from pages import pictures, previewing, search, views

app_name = "pages"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("pictures/<slug:key>-<int:width>.<slug:format>", pictures.picture, name="picture"),
    path("search/", search.search, name="search"),
    path("draft/<str:token>/", previewing.shared, name="shared"),
    path("", views.page, name="home"),
    path("<path:path>/", views.page, name="page"),
]

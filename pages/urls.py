from django.urls import path

from pages import views

app_name = "pages"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("", views.page, name="home"),
    path("<path:path>/", views.page, name="page"),
]

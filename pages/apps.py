from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from pages.admin import dashboard
        from practice import admin_site

        admin_site.register(dashboard.unpublished_changes, order=40, permission="pages.view_page")

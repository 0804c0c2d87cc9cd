from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"
    has_open_text = True  # its texts are written to be published, or are settings

    def ready(self) -> None:
        from pages.admin import dashboard
        from practice import admin_site

        admin_site.register(dashboard.unpublished_changes, order=40, permission="pages.view_page")

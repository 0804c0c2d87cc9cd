from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from pages import panel
        from practice import desk

        desk.register(panel.unpublished_changes, order=40, permission="pages.view_page")

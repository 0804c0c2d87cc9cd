from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"
    verbose_name = "Pages"

    def ready(self) -> None:
        from pages import panel, previewing
        from pages.publishing import privacy_notice_version
        from practice import desk, forgetting, notices

        forgetting.register(previewing.forget_glances)
        notices.answered_by(privacy_notice_version)
        desk.register(panel.unpublished_changes, order=40, permission="pages.view_page")

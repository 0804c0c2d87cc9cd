"""The admin of pages: the editor, the list, revisions, previews, publishing and pictures."""

from pages.admin import page, pictures

__all__ = ["page", "pictures"]

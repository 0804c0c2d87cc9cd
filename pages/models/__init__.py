from pages.models.blocks import (
    BLOCKS,
    Block,
    Callout,
    CallToAction,
    Fees,
    Locations,
    PictureBlock,
    Question,
    Quote,
    RelatedPages,
    RichText,
    UnknownBlock,
)
from pages.models.draft_review import DismissedFinding, PreviewSnapshot, ShareLink
from pages.models.page import PATH_RESERVED, Page, PageQuerySet
from pages.models.picture import Picture, Rendition
from pages.models.revision import MAX_PATH_CHARS, PagePath, Revision, RevisionQuerySet

__all__ = [
    "BLOCKS",
    "MAX_PATH_CHARS",
    "PATH_RESERVED",
    "Block",
    "CallToAction",
    "Callout",
    "DismissedFinding",
    "Fees",
    "Locations",
    "Page",
    "PagePath",
    "PageQuerySet",
    "Picture",
    "PictureBlock",
    "PreviewSnapshot",
    "Question",
    "Quote",
    "RelatedPages",
    "Rendition",
    "Revision",
    "RevisionQuerySet",
    "RichText",
    "ShareLink",
    "UnknownBlock",
]

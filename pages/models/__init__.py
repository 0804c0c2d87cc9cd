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
    Unshown,
)
from pages.models.edition import Address, Edition, EditionQuerySet
from pages.models.page import RESERVED, Page, PageQuerySet
from pages.models.picture import Picture, Rendition
from pages.models.review import Answer, Glance, ShareLink

__all__ = [
    "BLOCKS",
    "RESERVED",
    "Address",
    "Answer",
    "Block",
    "CallToAction",
    "Callout",
    "Edition",
    "EditionQuerySet",
    "Fees",
    "Glance",
    "Locations",
    "Page",
    "PageQuerySet",
    "Picture",
    "PictureBlock",
    "Question",
    "Quote",
    "RelatedPages",
    "Rendition",
    "RichText",
    "ShareLink",
    "Unshown",
]

"""The blocks that make up a page. Each one knows how to write itself into a source and read itself back."""

from pages.models.blocks.base import Block
from pages.models.blocks.call_to_action import CallToAction
from pages.models.blocks.picture import PictureBlock
from pages.models.blocks.references import Fees, Locations, References, RelatedPages
from pages.models.blocks.texts import Callout, Question, Quote, RichText
from pages.models.blocks.unknown import UnknownBlock

__all__ = [
    "BLOCKS",
    "BLOCK_TYPES",
    "HTML_BLOCK_TYPES",
    "Block",
    "CallToAction",
    "Callout",
    "Fees",
    "Locations",
    "PictureBlock",
    "Question",
    "Quote",
    "References",
    "RelatedPages",
    "RichText",
    "UnknownBlock",
]

BLOCK_TYPES: list[type[Block]] = [
    RichText, PictureBlock, Callout, Question, Quote, CallToAction, Locations, Fees, RelatedPages
]  # fmt: skip
BLOCKS = {block_type.type: block_type for block_type in BLOCK_TYPES}
HTML_BLOCK_TYPES: list[type[RichText] | type[Callout] | type[Question]] = [RichText, Callout, Question]

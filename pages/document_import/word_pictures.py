"""Read how a Word document shows a picture: cropped, turned, mirrored, or with effects."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from pages.document_import.document import counted
from pages.document_import.word_styles import W, attribute, is_on
from pages.picture_edits import UNEDITED, PictureEdits

_WHOLE = 100_000  # a crop is in thousandths of a per cent
_DEGREE = 60_000
_EFFECTS = (
    "lum", "grayscl", "duotone", "biLevel", "clrChange", "alphaModFix", "clrRepl", "hsl", "tint", "blur", "effectLst",
    "imgEffect", "softEdge",
)  # fmt: skip


@dataclass(frozen=True)
class PictureView:
    alt: str = ""
    edits: PictureEdits = UNEDITED
    losses: tuple[str, ...] = ()  # such as “turned by 7°”


def view_of_drawing(frame: Element, picture: Element) -> PictureView:
    described = [*frame.findall(f"{W}docPr"), *picture.findall(f"{W}nvPicPr/{W}cNvPr")]
    alts = [attribute(element, name).strip() for element in described for name in ("descr", "title")]
    crop = picture.find(f"{W}blipFill/{W}srcRect")
    transform = picture.find(f"{W}spPr/{W}xfrm")
    transform = Element("none") if transform is None else transform
    degrees = _number(attribute(transform, "rot")) / _DEGREE
    losses = [*_turn_lost(degrees), *_shape_lost(picture)]
    if any(element.tag.rpartition("}")[2] in _EFFECTS and _has_effect(element) for element in picture.iter()):
        losses.append("with effects, such as another colour: without them here")
    sides = ("l", "t", "r", "b")
    return PictureView(
        next(filter(None, alts), ""),
        PictureEdits(
            crop=_crop(_number(attribute(crop, side)) / _WHOLE for side in sides) if crop is not None else (0, 0, 0, 0),
            quarter_turns=_quarter_turns(degrees),
            is_mirrored=is_on(attribute(transform, "flipH")),
            is_upside_down=is_on(attribute(transform, "flipV")),
        ),
        tuple(losses),
    )


def view_of_shape(image: Element, shape: Element) -> PictureView:
    """Read a picture as older versions of Word write it; the shape around it is turned and mirrored."""
    crop = _crop(_fraction(attribute(image, f"crop{side}")) for side in ("left", "top", "right", "bottom"))
    losses = [
        "with effects, such as another colour: without them here"
        for name in ("gain", "blacklevel", "grayscale", "bilevel", "chromakey")
        if attribute(image, name) not in ("", "f", "0")
    ]
    style = dict(re.findall(r"(rotation|flip)\s*:\s*([^;]+)", attribute(shape, "style")))
    degrees = _degrees(style.get("rotation", ""))
    edits = PictureEdits(crop, _quarter_turns(degrees), "x" in style.get("flip", ""), "y" in style.get("flip", ""))
    alt = attribute(shape, "alt").strip() or attribute(image, "title").strip()
    return PictureView(alt, edits, (*losses[:1], *_turn_lost(degrees)))


def lost(views: Iterable[PictureView]) -> Iterator[str]:
    for loss, number in Counter(loss for view in views for loss in view.losses).items():
        yield f"{counted(number, 'picture')} {loss}"


def _crop(sides: Iterable[float]) -> tuple[float, float, float, float]:
    """Return the shares that are cut off at each side; a frame wider than the picture cuts off nothing."""
    left, top, right, bottom = (min(max(side, 0.0), 0.99) for side in sides)
    return (left, top, right, bottom) if left + right < 1 and top + bottom < 1 else (0, 0, 0, 0)


def _quarter_turns(degrees: float) -> int:
    return round(degrees / 90) % 4


def _turn_lost(degrees: float) -> Iterator[str]:
    rest = (degrees + 45) % 90 - 45
    if abs(rest) > 0.5:
        yield f"turned by {round(rest) % 360 if rest > 0 else -round(-rest)}°: straight here"


def _shape_lost(picture: Element) -> Iterator[str]:
    shape = picture.find(f"{W}spPr/{W}prstGeom")
    own = picture.find(f"{W}spPr/{W}custGeom")
    if own is not None or (shape is not None and attribute(shape, "prst", "rect") not in ("rect", "")):
        yield "cut to a shape: a rectangle here"


def _has_effect(element: Element) -> bool:
    return not element.tag.endswith("}effectLst") or any(not child.tag.endswith("Shdw") for child in element)


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else 0


def _degrees(text: str) -> float:
    match = re.fullmatch(r"(-?[0-9]*\.?[0-9]+)(fd)?", text.strip())
    return float(match[1]) / (65536 if match[2] else 1) if match else 0


def _fraction(text: str) -> float:
    """Read “0.25”, “25%” or “16384f”, which counts in 65,536ths."""
    match = re.fullmatch(r"(-?[0-9]*\.?[0-9]+)(f|%)?", text.strip())
    return float(match[1]) / {"f": 65536, "%": 100}.get(match[2], 1) if match else 0

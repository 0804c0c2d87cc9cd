"""Pictures are decoded and encoded anew: nothing of the file that came is kept but what can be seen."""

import hashlib
import io
import secrets
from contextlib import suppress
from itertools import islice
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_safe
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from pages.models import Picture, Rendition

MAX_BYTES = 10_000_000
MAX_DOTS = 24_000_000
MAX_SIDE_PIXELS = 16_000  # WebP ends at 16,383
MAX_FILES = 20  # of one request
WIDTHS = (480, 960, 1600)  # pixels; a smaller picture is never enlarged
READ = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
QUALITY = {Rendition.Format.AVIF: {"quality": 62, "speed": 8}, Rendition.Format.WEBP: {"quality": 80, "method": 4}}


class PictureError(ValueError):
    """Says in a sentence for the therapist why a file was not taken in."""


def take_in(data: bytes, name: str) -> Picture:
    """The picture in that file; the same file twice is one picture. Raises PictureError."""
    digest = hashlib.sha256(data).hexdigest()
    if known := Picture.objects.filter(digest=digest).first():
        return known
    image, (width, height) = _decoded(data, name)
    renditions = _renditions(image, name)
    try:
        with transaction.atomic():
            picture = Picture.objects.create(
                name=name[-120:], key=secrets.token_hex(16), digest=digest, width=width, height=height
            )
            for rendition in renditions:
                rendition.picture = picture
            Rendition.objects.bulk_create(renditions)
    except IntegrityError:  # a double click: the other request was first
        return Picture.objects.get(digest=digest)
    return picture


def take_in_all(files: MultiValueDict[str, UploadedFile]) -> None:
    """Those of a form’s files, by the names of their fields, that are pictures sent for a block.

    Whoever needs one of the others says what is wrong with it.
    """
    sent = (uploads[-1] for field, uploads in files.lists() if field.rpartition("-")[2] == "upload")
    for file in islice(sent, MAX_FILES):
        with suppress(PictureError):
            take_in(file.read(), file.name or "")
        file.seek(0)


def dots(data: bytes) -> int:
    """As many as the file says it has, without decoding it; none if it says nothing."""
    try:
        with Image.open(io.BytesIO(data), formats=READ) as image:
            return image.width * image.height
    except Exception:  # as in _decoded(), which says so
        return 0


def _decoded(data: bytes, name: str) -> tuple[Image.Image, tuple[int, int]]:
    """As wide as it is shown at most, upright, in sRGB; and the size it came in. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"“{name}” is larger than 10 MB. Save it smaller and try again.")
    try:
        image = Image.open(io.BytesIO(data), formats=READ)
        if image.width * image.height > MAX_DOTS:
            raise Image.DecompressionBombError
        if max(image.size) > MAX_SIDE_PIXELS:
            raise PictureError(
                f"“{name}” is more than {MAX_SIDE_PIXELS:,} dots long. Cut it into several pictures and try again."
            )
        return _upright(image)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(
            f"“{name}” has more than {MAX_DOTS // 1_000_000} million dots. Save it smaller and try again."
        ) from None
    except UnidentifiedImageError:
        raise PictureError(
            f"“{name}” is not a picture that the site can read. Use a JPEG, PNG, WebP or AVIF file; "
            "SVG drawings are not taken, because they can hold programs."
        ) from None
    except Exception:  # decoders raise whatever they stumble over
        raise PictureError(f"“{name}” is damaged and cannot be read. Export it again and try that file.") from None


def _upright(image: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """Made small first, so that as little as possible is done to every dot of a large picture."""
    lies = image.getexif().get(ExifTags.Base.Orientation, 1) >= 5
    size = image.size[::-1] if lies else image.size
    image.draft("RGB", (1, WIDTHS[-1]) if lies else (WIDTHS[-1], 1))  # a JPEG is decoded at the next larger scale
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode not in ("RGB", "RGBA", "CMYK", "L") or "transparency" in image.info:
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
    small = _resized(image, min(WIDTHS[-1], size[0]), size)
    profile = image.info.get("icc_profile")
    if profile and small.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError):  # a wrong profile: the colours as they stand
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            small = ImageCms.profileToProfile(small, theirs, ours, outputMode="RGB") or small
    small = small if small.mode == "RGBA" else small.convert("RGB")
    small.info = {}  # without a word of what the camera wrote
    return small, size


def _resized(image: Image.Image, width: int, size: tuple[int, int]) -> Image.Image:
    height = max(1, round(size[1] * width / size[0]))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _renditions(image: Image.Image, name: str) -> list[Rendition]:
    """Raises PictureError."""
    widths = sorted({min(width, image.width) for width in WIDTHS})
    try:
        return [
            Rendition(width=width, format=format, data=_encoded(small, format))
            for width in widths
            for small in [_resized(image, width, image.size)]
            for format in Rendition.Format
        ]
    except Exception:  # encoders, too
        raise PictureError(f"“{name}” cannot be shown by browsers. Save it as a JPEG and try that file.") from None


def _encoded(image: Image.Image, format: str) -> bytes:
    to = io.BytesIO()
    image.save(to, format.upper(), **QUALITY[Rendition.Format(format)])
    return to.getvalue()


def sources(block: dict[str, Any]) -> dict[str, Any]:
    """What <picture> needs for a picture block: `src` and a `srcset` for each format."""
    widths = sorted({min(width, block["width"]) for width in WIDTHS})

    def path(width: int, format: str) -> str:
        return reverse("pages:picture", args=[block["key"], width, format])

    sets = {
        format: ", ".join(f"{path(width, format)} {width}w" for width in widths) for format in Rendition.Format.values
    }
    return {"src": path(widths[-1], Rendition.Format.WEBP), **sets}


def smallest(picture: Picture) -> str:
    """The address of its smallest rendition, for lists and the editor."""
    return reverse("pages:picture", args=[picture.key, min(WIDTHS[0], picture.width), Rendition.Format.WEBP])


@require_safe
def picture(request: HttpRequest, key: str, width: int, format: str) -> HttpResponse:
    """Never changes under its address, so browsers keep it."""
    found = Rendition.objects.filter(picture__key=key, width=width, format=format).first()
    if found is None:
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}
    return HttpResponse(bytes(found.data), content_type=f"image/{format}", headers=headers)

"""Pictures are decoded and encoded anew: nothing of the file that came is kept but what can be seen."""

import hashlib
import io
import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from pages.models import Picture, Rendition

MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
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
    image = _decoded(data, name)
    with transaction.atomic():
        picture = Picture.objects.create(
            name=name[-120:], key=secrets.token_hex(16), digest=digest, width=image.width, height=image.height
        )
        Rendition.objects.bulk_create(
            Rendition(picture=picture, width=small.width, format=format, data=_encoded(small, format))
            for small in _sizes(image)
            for format in Rendition.Format
        )
    return picture


def take_in_all(files: Iterable[UploadedFile]) -> None:
    """Those of the files that are pictures; whoever needs one of the others says what is wrong with it."""
    for file in files:
        with suppress(PictureError):
            take_in(file.read(), file.name or "")
        file.seek(0)


def _decoded(data: bytes, name: str) -> Image.Image:
    """Upright, in sRGB, without a word of what the camera wrote beside it. Raises PictureError."""
    if len(data) > MOST_BYTES:
        raise PictureError(f"“{name}” is larger than 10 MB. Save it smaller and try again.")
    try:
        image = Image.open(io.BytesIO(data), formats=READ)
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        image.load()
        return _upright(image)
    except Image.DecompressionBombError:
        raise PictureError(f"“{name}” has more than 50 million dots. Save it smaller and try again.") from None
    except UnidentifiedImageError:
        raise PictureError(
            f"“{name}” is not a picture that the site can read. Use a JPEG, PNG, WebP or AVIF file; "
            "SVG drawings are not taken, because they can hold programs."
        ) from None
    except Exception:  # decoders raise whatever they stumble over
        raise PictureError(f"“{name}” is damaged and cannot be read. Export it again and try that file.") from None


def _upright(image: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    profile = turned.info.get("icc_profile")
    has_alpha = "A" in turned.getbands() or "transparency" in turned.info
    mode = "RGBA" if has_alpha else "RGB"
    if profile and turned.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError):  # a wrong profile: the colours as they stand
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(turned, theirs, ImageCms.createProfile("sRGB"), outputMode="RGB")
    plain = Image.new(mode, turned.size)
    plain.paste(turned.convert(mode))
    return plain


def _sizes(image: Image.Image) -> list[Image.Image]:
    widths = sorted({min(width, image.width) for width in WIDTHS})
    return [
        image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
        for width in widths
    ]


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

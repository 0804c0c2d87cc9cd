"""Import pictures and serve them. They are re-encoded, so that nothing of an uploaded file remains but its pixels."""

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
MAX_PIXELS = 24_000_000
MAX_SIDE_PIXELS = 16_000  # WebP allows 16,383
MAX_FILES_PER_REQUEST = 20
WIDTHS = (480, 960, 1600)  # pixels; a smaller picture is never enlarged
READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP")
QUALITY = {Rendition.Format.AVIF: {"quality": 62, "speed": 8}, Rendition.Format.WEBP: {"quality": 80, "method": 4}}


class PictureError(ValueError):
    """Tells the therapist, in a sentence, why a file was not imported."""


def import_picture(data: bytes, name: str) -> Picture:
    """Import a file as a picture; the same file is imported only once. Raises PictureError."""
    digest = hashlib.sha256(data).hexdigest()
    if existing := Picture.objects.filter(digest=digest).first():
        return existing
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
    except IntegrityError:  # another request has just imported the same file, as after a double click
        return Picture.objects.get(digest=digest)
    return picture


def import_uploads(files: MultiValueDict[str, UploadedFile]) -> None:
    """Import the pictures among a form's files, by the names of their fields.

    Files that cannot be imported are skipped; the form of their block reports the error.
    """
    uploads = (field_uploads[-1] for field, field_uploads in files.lists() if field.rpartition("-")[2] == "upload")
    for file in islice(uploads, MAX_FILES_PER_REQUEST):
        with suppress(PictureError):
            import_picture(file.read(), file.name or "")
        file.seek(0)


def count_pixels(data: bytes) -> int:
    """Return the number of pixels that the file declares, without decoding it; 0 if it declares none."""
    try:
        with Image.open(io.BytesIO(data), formats=READABLE_FORMATS) as image:
            return image.width * image.height
    except Exception:  # _decoded() reports what is wrong
        return 0


def _decoded(data: bytes, name: str) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image upright, in sRGB and no wider than it is shown, and its original size. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(f"“{name}” is larger than 10 MB. Save it at a smaller size and try again.")
    try:
        image = Image.open(io.BytesIO(data), formats=READABLE_FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        if max(image.size) > MAX_SIDE_PIXELS:
            raise PictureError(
                f"“{name}” is more than {MAX_SIDE_PIXELS:,} pixels long. Split it into several pictures and try again."
            )
        return _upright(image)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(
            f"“{name}” has more than {MAX_PIXELS // 1_000_000} million pixels. Save it at a smaller size and try again."
        ) from None
    except UnidentifiedImageError:
        raise PictureError(
            f"“{name}” is not a picture that the site can read. Use a JPEG, PNG, WebP or AVIF file; "
            "SVG drawings are not accepted, because they can contain scripts."
        ) from None
    except Exception:  # Pillow's decoders raise many kinds of exceptions for damaged files
        raise PictureError(f"“{name}” is damaged and cannot be read. Export it again and try the new file.") from None


def _upright(image: Image.Image) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image upright and in sRGB, and its original size. It is scaled down early to save time."""
    is_sideways = image.getexif().get(ExifTags.Base.Orientation, 1) >= 5
    size = image.size[::-1] if is_sideways else image.size
    image.draft(
        "RGB", (1, WIDTHS[-1]) if is_sideways else (WIDTHS[-1], 1)
    )  # a JPEG is decoded at the next larger scale
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode not in ("RGB", "RGBA", "CMYK", "L") or "transparency" in image.info:
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
    small = _resized(image, min(WIDTHS[-1], size[0]), size)
    profile = image.info.get("icc_profile")
    if profile and small.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError):  # with a broken profile, keep the colours as they are
            source_profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target_profile = ImageCms.createProfile("sRGB")
            small = ImageCms.profileToProfile(small, source_profile, target_profile, outputMode="RGB") or small
    small = small if small.mode == "RGBA" else small.convert("RGB")
    small.info = {}  # drop metadata such as the place where the photograph was taken
    return small, size


def _resized(image: Image.Image, width: int, size: tuple[int, int]) -> Image.Image:
    height = max(1, round(size[1] * width / size[0]))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _renditions(image: Image.Image, name: str) -> list[Rendition]:
    """Encode the image in every width and format. Raises PictureError."""
    widths = sorted({min(width, image.width) for width in WIDTHS})
    try:
        return [
            Rendition(width=width, format=format, data=_encoded(small, format))
            for width in widths
            for small in [_resized(image, width, image.size)]
            for format in Rendition.Format
        ]
    except Exception:  # as in _decoded()
        raise PictureError(f"“{name}” cannot be shown by browsers. Save it as a JPEG and try the new file.") from None


def _encoded(image: Image.Image, format: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format.upper(), **QUALITY[Rendition.Format(format)])
    return buffer.getvalue()


def picture_sources(block: dict[str, Any]) -> dict[str, Any]:
    """Return what <picture> needs for a picture block: `src`, and a `srcset` for each format."""
    widths = sorted({min(width, block["width"]) for width in WIDTHS})

    def path(width: int, format: str) -> str:
        return reverse("pages:picture", args=[block["key"], width, format])

    sets = {
        format: ", ".join(f"{path(width, format)} {width}w" for width in widths) for format in Rendition.Format.values
    }
    return {"src": path(widths[-1], Rendition.Format.WEBP), **sets}


def smallest_rendition_url(picture: Picture) -> str:
    """Return the URL of the smallest rendition, for lists and the editor."""
    return reverse("pages:picture", args=[picture.key, min(WIDTHS[0], picture.width), Rendition.Format.WEBP])


@require_safe
def picture(request: HttpRequest, key: str, width: int, format: str) -> HttpResponse:
    """Serve one rendition. It never changes under its URL, so browsers may cache it for ever."""
    rendition = Rendition.objects.filter(picture__key=key, width=width, format=format).first()
    if rendition is None:
        raise Http404
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Disposition": "inline"}
    return HttpResponse(bytes(rendition.data), content_type=f"image/{format}", headers=headers)

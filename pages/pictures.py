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
from PIL import Image

from pages.models import Picture, Rendition
from pages.picture_decoding import MAX_WIDTH, PictureError, decoded, is_animated, only_one, resized
from pages.picture_edits import UNEDITED, PictureEdits

MAX_FILES_PER_REQUEST = 20
WIDTHS = (480, 960, MAX_WIDTH)  # pixels; a smaller picture is never enlarged
QUALITY = {Rendition.Format.AVIF: {"quality": 62, "speed": 8}, Rendition.Format.WEBP: {"quality": 80, "method": 4}}
ONE_FRAME = "“{name}” has several frames or pages. Only the first one is shown, as a still picture."


def import_picture(data: bytes, name: str, edits: PictureEdits = UNEDITED) -> Picture:
    """Import a file as a picture; the same file is imported only once for the same edits. Raises PictureError."""
    digest = hashlib.sha256(data + (b"" if edits == UNEDITED else repr(edits).encode())).hexdigest()
    if existing := Picture.objects.filter(digest=digest).first():
        return existing
    with only_one():
        image, (width, height) = decoded(data, name, edits)
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


def notes_on(data: bytes, name: str) -> list[str]:
    """Return sentences about what an imported picture has lost."""
    return [ONE_FRAME.format(name=name)] if is_animated(data) else []


def import_uploads(files: MultiValueDict[str, UploadedFile]) -> list[str]:
    """Import the pictures among a form's files, by the names of their fields, and return notes on them.

    Files that cannot be imported are skipped; the form of their block reports the error.
    """
    notes: list[str] = []
    uploads = (field_uploads[-1] for field, field_uploads in files.lists() if field.rpartition("-")[2] == "upload")
    for file in islice(uploads, MAX_FILES_PER_REQUEST):
        data = file.read()
        with suppress(PictureError):
            import_picture(data, file.name or "")
            notes += notes_on(data, file.name or "")
        file.seek(0)
    return notes


def _renditions(image: Image.Image, name: str) -> list[Rendition]:
    """Encode the image in every width and format. Raises PictureError."""
    widths = sorted({min(width, image.width) for width in WIDTHS})
    try:
        return [
            Rendition(width=width, format=format, data=_encoded(small, format))
            for width in widths
            for small in [resized(image, width, image.size)]
            for format in Rendition.Format
        ]
    except Exception:  # as in decoded()
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

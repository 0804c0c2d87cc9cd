"""Decode pictures from phones, cameras and programs: upright, in sRGB, with eight bits, no wider than they are shown.

A large photograph takes seconds and much memory, so that only one is decoded at a time in each process, and the other
threads go on answering visitors. Photographs in JPEG are scaled while they are decoded; other formats have to be
decoded whole, so they may be smaller only.
"""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError
from pillow_heif import register_heif_opener

from pages.picture_edits import PictureEdits

MAX_BYTES = 25_000_000
MAX_PIXELS = 50_000_000  # a photograph of 48 megapixels, in any format
MAX_JPEG_PIXELS = 110_000_000  # unless it is progressive, which has to be held in memory whole
MAX_SIDE_PIXELS = 16_000  # WebP allows 16,383
MAX_WIDTH = 1600  # pixels; the widest rendition
READABLE_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP")
NAMED_FORMATS = "JPEG, PNG, WebP, AVIF or HEIC"
ACCEPTED = "image/*,.heic,.heif,.avif"  # of the fields; not every system counts the last three among images
DOCUMENT_WAIT_SECONDS = 20

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS  # Pillow warns from here on; each file is measured before it is decoded
_decoding = threading.RLock()

_ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(ValueError):
    """Tells the therapist, in a sentence, why a file was not imported."""


@contextmanager
def only_one(wait_seconds: float = 0) -> Iterator[None]:
    """Keep other threads from decoding. Raises PictureError if one is decoding already, after the wait."""
    if not _decoding.acquire(timeout=wait_seconds):
        raise PictureError("Another picture is being prepared at the moment. Add this one again in a few seconds.")
    try:
        yield
    finally:
        _decoding.release()


@contextmanager
def _quietly() -> Iterator[None]:
    """Ignore warnings, such as those about damaged metadata, which say nothing about the picture itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def count_pixels(data: bytes) -> int:
    """Return the number of pixels that the file declares, without decoding it; 0 if it declares none."""
    try:
        with _quietly(), Image.open(io.BytesIO(data), formats=READABLE_FORMATS) as image:
            return image.width * image.height
    except Exception:  # decoded() reports what is wrong
        return 0


def is_animated(data: bytes) -> bool:
    """Return whether the file has several frames or pages, of which only the first one is shown."""
    try:
        with _quietly(), Image.open(io.BytesIO(data), formats=READABLE_FORMATS) as image:
            # Phones add a second picture to a JPEG or HEIC file, such as one for bright screens.
            return image.format not in ("JPEG", "MPO", "HEIF") and getattr(image, "n_frames", 1) > 1
    except Exception:  # as above
        return False


def decoded(data: bytes, name: str, edits: PictureEdits) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image as it is shown, no wider than MAX_WIDTH, and its size before. Raises PictureError."""
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"“{name}” is larger than {MAX_BYTES // 1_000_000} MB. Save it at a smaller size and try again."
        )
    try:
        with _quietly():
            image = Image.open(io.BytesIO(data), formats=READABLE_FORMATS)
            _refuse_if_too_large(image, name)
            return _upright(image, edits)
    except PictureError:
        raise
    except Image.DecompressionBombError:
        raise PictureError(_too_many_pixels(name, MAX_JPEG_PIXELS)) from None
    except UnidentifiedImageError:
        raise PictureError(
            f"“{name}” is not a picture that the site can read. Use a {NAMED_FORMATS} file; "
            "SVG drawings are not accepted, because they can contain scripts."
        ) from None
    except Exception:  # Pillow's decoders raise many kinds of exceptions for damaged files
        raise PictureError(f"“{name}” is damaged and cannot be read. Export it again and try the new file.") from None


def _refuse_if_too_large(image: Image.Image, name: str) -> None:
    is_scaled_while_decoding = image.format in ("JPEG", "MPO") and not image.info.get("progressive")
    max_pixels = MAX_JPEG_PIXELS if is_scaled_while_decoding else MAX_PIXELS
    if image.width * image.height > max_pixels:
        raise PictureError(_too_many_pixels(name, max_pixels))
    if max(image.size) > MAX_SIDE_PIXELS:
        raise PictureError(
            f"“{name}” is more than {MAX_SIDE_PIXELS:,} pixels long. Split it into several pictures and try again."
        )


def _too_many_pixels(name: str, max_pixels: int) -> str:
    return f"“{name}” has more than {max_pixels // 1_000_000} million pixels. Save it at a smaller size and try again."


def _upright(image: Image.Image, edits: PictureEdits) -> tuple[Image.Image, tuple[int, int]]:
    """Return the image upright, edited and in sRGB, and its size before. It is scaled down early to save time."""
    orientation = _orientation(image)
    full_width, full_height = image.size
    is_sideways = (orientation >= 5) != (edits.quarter_turns % 2 == 1)
    needed = round(MAX_WIDTH / edits.shares()[edits.quarter_turns % 2])
    # A JPEG is decoded at the next larger scale. Of a picture that is shown sideways, the height becomes the width.
    image.draft("RGB", (1, needed) if is_sideways else (needed, 1))
    image.load()
    scale = full_width / image.width
    profile, has_transparency = image.info.get("icc_profile"), "transparency" in image.info
    image = _eight_bits(image)
    if orientation in _ORIENTATIONS:
        image = image.transpose(_ORIENTATIONS[orientation])
    image = edits.apply(image)
    if image.mode not in ("RGB", "RGBA", "CMYK", "L") or has_transparency:
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
    size = (full_height, full_width) if is_sideways else (full_width, full_height)
    if any(edits.crop):
        size = (round(image.width * scale), round(image.height * scale))
    small = resized(image, min(MAX_WIDTH, size[0]), size)
    return _in_srgb(small, profile), size


def _orientation(image: Image.Image) -> int:
    """Return how the camera was held, from 1 to 8; 1 if the file's metadata cannot be read."""
    with suppress(Exception):  # metadata can be damaged in many ways
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        return orientation if orientation in _ORIENTATIONS else 1
    return 1


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or 32 bits with eight; Pillow's own conversion would turn it white."""
    if image.mode.startswith("I;16"):
        high_byte = 0 if image.mode.endswith("B") else 1
        grey = Image.frombytes("L", image.size, image.tobytes()[high_byte::2])
    elif image.mode in ("I", "F"):
        grey = _stretched(image)
    else:
        return image
    grey.info = {name: text for name, text in image.info.items() if name == "icc_profile"}
    return grey


def _stretched(image: Image.Image) -> Image.Image:
    """Return a picture of whole numbers or fractions in 256 steps; most reach from 0 to one of the usual numbers."""
    low, high = (float(edge) for edge in image.getextrema())  # type: ignore[arg-type]
    usual_highs = (1, 255, 65_535) if image.mode == "F" else (65_535,)
    usual_high = next((edge for edge in usual_highs if low >= 0 and high <= edge), None)
    if usual_high:
        low, high = 0, usual_high
    factor = 255 / max(high - low, 1e-9)
    return image.convert("F").point(lambda value: value * factor - low * factor).convert("L")


def resized(image: Image.Image, width: int, size: tuple[int, int]) -> Image.Image:
    height = max(1, round(size[1] * width / size[0]))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile and image.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError):  # with a broken profile, keep the colours as they are
            source_profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target_profile = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, source_profile, target_profile, outputMode="RGB") or image
    image = image if image.mode == "RGBA" else image.convert("RGB")
    image.info = {}  # drop metadata such as the place where the photograph was taken
    return image

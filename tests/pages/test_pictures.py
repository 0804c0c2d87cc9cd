"""What is taken in is decoded and encoded anew; what is not a picture is refused in a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from pages.models import Picture, Rendition
from pages.pictures import PictureError, sources, take_in
from tests.pages.pictures import picture_file

pytestmark = pytest.mark.django_db


def opened(rendition):
    return Image.open(io.BytesIO(bytes(rendition.data)))


def test_a_picture_is_kept_in_three_widths_and_two_formats():
    picture = take_in(picture_file(2000, 1000), "door.jpg")
    kept = [(one.width, one.format, opened(one).format, opened(one).size) for one in picture.renditions.order_by("pk")]
    assert kept == [
        (480, "avif", "AVIF", (480, 240)),
        (480, "webp", "WEBP", (480, 240)),
        (960, "avif", "AVIF", (960, 480)),
        (960, "webp", "WEBP", (960, 480)),
        (1600, "avif", "AVIF", (1600, 800)),
        (1600, "webp", "WEBP", (1600, 800)),
    ]


def test_a_small_picture_is_not_enlarged():
    picture = take_in(picture_file(300, 200), "small.jpg")
    assert [one.width for one in picture.renditions.all()] == [300, 300]
    block = {"key": picture.key, "width": 300}
    assert sources(block)["webp"] == f"/pictures/{picture.key}-300.webp 300w"


def test_the_same_file_is_one_picture():
    assert take_in(picture_file(), "a.jpg") == take_in(picture_file(), "b.jpg")
    assert Picture.objects.count() == 1


def test_nothing_of_what_the_camera_wrote_is_kept():
    exif = Image.Exif()
    exif[0x010F] = "CanaryCamera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture_file(exif=exif, comment=b"canary comment")
    assert b"CanaryCamera" in data
    for one in take_in(data, "a.jpg").renditions.all():
        assert b"anary" not in bytes(one.data)
        assert (dict(opened(one).getexif()), opened(one).info.get("icc_profile")) == ({}, None)


def test_a_picture_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = take_in(picture_file(400, 200, exif=exif), "a.jpg")
    assert (picture.width, picture.height) == (200, 400)


def test_other_colours_become_those_of_the_web():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert take_in(picture_file(icc_profile=profile), "a.jpg").width == 1200
    assert take_in(picture_file(colour=(1, 2, 3), icc_profile=b"no profile at all"), "b.jpg").width == 1200
    cmyk = io.BytesIO()
    Image.new("CMYK", (50, 50)).save(cmyk, "JPEG")
    assert opened(take_in(cmyk.getvalue(), "c.jpg").renditions.get(format="webp")).mode == "RGB"


def test_what_can_be_seen_through_stays_so():
    png = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(png, "PNG")
    kept = opened(take_in(png.getvalue(), "a.png").renditions.get(format="webp"))
    assert kept.getpixel((10, 10))[3] == 0


def bomb(width=60000, height=60000):
    """A PNG of a few bytes that says it is enormous."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", "SVG drawings are not taken"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a picture that the site can read"),
        (b"", "not a picture that the site can read"),
        (b"<html>", "not a picture that the site can read"),
        (picture_file()[:400], "damaged"),
        (bomb(), "more than 50 million dots"),
        (bomb(9000, 9000), "more than 50 million dots"),
        (b"\xff" * 10_000_001, "larger than 10 MB"),
    ],
)
def test_what_is_not_a_picture_is_refused_in_a_sentence(data, says):
    with pytest.raises(PictureError, match=says) as refusal:
        take_in(data, "holiday.jpg")
    assert "holiday.jpg" in str(refusal.value)
    assert Picture.objects.count() == Rendition.objects.count() == 0


def test_a_picture_is_served_as_what_it_is_and_kept_by_browsers(client):
    picture = take_in(picture_file(300, 200), "a.jpg")
    answer = client.get(f"/pictures/{picture.key}-300.avif")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/avif")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(answer.content)).size == (300, 200)
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ["-480.avif", "-300.gif", "-300/", "x-300.avif"])
def test_another_width_or_format_is_not_found(client, path):
    picture = take_in(picture_file(300, 200), "a.jpg")
    assert client.get(f"/pictures/{picture.key}{path}").status_code == 404

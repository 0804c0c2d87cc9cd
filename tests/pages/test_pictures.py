"""An imported picture is decoded and encoded again; a file that is not a picture is refused in a sentence."""

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from PIL import Image, ImageCms

from pages import pictures
from pages.admin.pictures import pages_showing
from pages.models import Picture, PictureBlock, Rendition, Revision
from pages.page_source import to_source
from pages.picture_decoding import PictureError
from pages.pictures import import_picture, import_uploads, picture_sources
from pages.publishing import UNDO_PERIOD
from tests.pages.picture_files import picture_file

pytestmark = pytest.mark.django_db


def opened(rendition):
    return Image.open(io.BytesIO(bytes(rendition.data)))


def test_a_picture_is_kept_in_three_widths_and_two_formats():
    picture = import_picture(picture_file(2000, 1000), "door.jpg")
    renditions = [
        (rendition.width, rendition.format, opened(rendition).format, opened(rendition).size)
        for rendition in picture.renditions.order_by("pk")
    ]
    assert renditions == [
        (480, "avif", "AVIF", (480, 240)),
        (480, "webp", "WEBP", (480, 240)),
        (960, "avif", "AVIF", (960, 480)),
        (960, "webp", "WEBP", (960, 480)),
        (1600, "avif", "AVIF", (1600, 800)),
        (1600, "webp", "WEBP", (1600, 800)),
    ]


def test_a_small_picture_is_not_enlarged():
    picture = import_picture(picture_file(300, 200), "small.jpg")
    assert [rendition.width for rendition in picture.renditions.all()] == [300, 300]
    block = {"key": picture.key, "width": 300}
    assert picture_sources(block)["webp"] == f"/pictures/{picture.key}-300.webp 300w"


def test_the_same_file_is_one_picture():
    assert import_picture(picture_file(), "a.jpg") == import_picture(picture_file(), "b.jpg")
    assert Picture.objects.count() == 1


def test_camera_metadata_is_removed():
    exif = Image.Exif()
    exif[0x010F] = "CanaryCamera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture_file(exif=exif, comment=b"canary comment")
    assert b"CanaryCamera" in data
    for rendition in import_picture(data, "a.jpg").renditions.all():
        assert b"anary" not in bytes(rendition.data)
        assert (dict(opened(rendition).getexif()), opened(rendition).info.get("icc_profile")) == ({}, None)


def test_a_picture_is_rotated_as_its_exif_data_says():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = import_picture(picture_file(400, 200, exif=exif), "a.jpg")
    assert (picture.width, picture.height) == (200, 400)


def test_other_colours_become_those_of_the_web():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert import_picture(picture_file(icc_profile=profile), "a.jpg").width == 1200
    assert import_picture(picture_file(colour=(1, 2, 3), icc_profile=b"no profile at all"), "b.jpg").width == 1200
    cmyk = io.BytesIO()
    Image.new("CMYK", (50, 50)).save(cmyk, "JPEG")
    assert opened(import_picture(cmyk.getvalue(), "c.jpg").renditions.get(format="webp")).mode == "RGB"


def test_transparency_is_kept():
    png = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(png, "PNG")
    webp = opened(import_picture(png.getvalue(), "a.png").renditions.get(format="webp"))
    assert webp.getpixel((10, 10))[3] == 0


def bomb(width=60000, height=60000):
    """Return a PNG of a few bytes whose header gives an enormous size."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", "SVG drawings are not accepted"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "not a picture that the site can read"),
        (b"", "not a picture that the site can read"),
        (b"<html>", "not a picture that the site can read"),
        (picture_file()[:400], "damaged"),
        (bomb(), "more than 110 million pixels"),
        (bomb(7200, 7200), "more than 50 million pixels"),
        (b"\xff" * 25_000_001, "larger than 25 MB"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_a_sentence(data, says):
    with pytest.raises(PictureError, match=says) as refusal:
        import_picture(data, "holiday.jpg")
    assert "holiday.jpg" in str(refusal.value)
    assert Picture.objects.count() == Rendition.objects.count() == 0


def test_a_picture_is_served_as_what_it_is_and_kept_by_browsers(client):
    picture = import_picture(picture_file(300, 200), "a.jpg")
    answer = client.get(f"/pictures/{picture.key}-300.avif")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/avif")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert Image.open(io.BytesIO(answer.content)).size == (300, 200)
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ["-480.avif", "-300.gif", "-300/", "x-300.avif"])
def test_another_width_or_format_is_not_found(client, path):
    picture = import_picture(picture_file(300, 200), "a.jpg")
    assert client.get(f"/pictures/{picture.key}{path}").status_code == 404


@pytest.mark.parametrize(("width", "height"), [(400, 16_001), (16_001, 400)])
def test_a_very_long_picture_is_refused_in_a_sentence(width, height):
    with pytest.raises(PictureError, match=r"“strip\.png” is more than 16,000 pixels long"):
        import_picture(picture_file(width, height, "PNG"), "strip.png")


def test_an_encoder_error_is_reported_in_a_sentence(monkeypatch):
    monkeypatch.setattr("pages.pictures.QUALITY", {})
    with pytest.raises(PictureError, match=r"“a\.jpg” cannot be shown by browsers"):
        import_picture(picture_file(), "a.jpg")
    assert Picture.objects.count() == 0


def test_a_double_click_imports_one_picture(monkeypatch):
    decoded = pictures.decoded

    def overtaken(data, name, edits):
        monkeypatch.setattr(pictures, "decoded", decoded)
        first.append(import_picture(data, name))
        return decoded(data, name, edits)

    first = []
    monkeypatch.setattr(pictures, "decoded", overtaken)
    assert [import_picture(picture_file(), "a.jpg")] == first
    assert (Picture.objects.count(), Rendition.objects.count()) == (1, 6)


@pytest.mark.parametrize(("orientation", "size"), [(1, (6400, 3200)), (6, (3200, 6400))])
def test_a_large_photo_is_decoded_at_a_smaller_scale(monkeypatch, orientation, size):
    decoded = []
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda image, *a, **k: decoded.append(image.size) or resize(image, *a, **k)
    )
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = import_picture(picture_file(6400, 3200, exif=exif), "a.jpg")
    assert (picture.width, picture.height) == size
    assert decoded[0] == ((1600, 800) if orientation == 1 else (1600, 3200))
    sizes = [opened(rendition).size for rendition in picture.renditions.filter(format="webp")]
    assert sizes == [(width, width * size[1] // size[0]) for width in (480, 960, 1600)]


def test_a_grey_picture_keeps_its_transparent_colour():
    png = io.BytesIO()
    Image.new("L", (50, 50), 7).save(png, "PNG", transparency=7)
    webp = opened(import_picture(png.getvalue(), "a.png").renditions.get(format="webp"))
    assert webp.getpixel((10, 10))[3] == 0


def test_only_picture_uploads_are_imported_up_to_a_limit():
    files = MultiValueDict()
    names = ["pictures-0-upload", "upload", "other", "upload-x", "pages_upload", "f"]
    files.update({name: SimpleUploadedFile("a.png", picture_file(30, 31 + n, "PNG")) for n, name in enumerate(names)})
    import_uploads(files)
    assert sorted(Picture.objects.values_list("height", flat=True)) == [31, 32]
    assert files["upload"].tell() == 0
    many = {f"p-{n}-upload": [SimpleUploadedFile("a.png", picture_file(2, 100 + n, "PNG"))] for n in range(25)}
    import_uploads(MultiValueDict(many))
    assert Picture.objects.count() == 22


@pytest.fixture
def page_with_picture(write):
    """Return a draft with a picture, and the picture."""
    page = write("about", "About <me>")
    picture = import_picture(picture_file(), "Jane Doe.jpg")
    PictureBlock.objects.create(parent=page, region="main", ordering=20, picture=picture, alt="A door")
    return page, picture


def store_revision(page, now, **fields):
    source = to_source(page)
    return Revision.objects.create(
        page=page, number=1, source=source, schema=1, draft_version=1, created_at=now, live_from=now, **fields
    )


def test_a_picture_is_kept_while_its_revision_can_be_restored_by_undo(page_with_picture):
    page, picture = page_with_picture
    now = timezone.now()
    store_revision(page, now)
    PictureBlock.objects.all().delete()
    assert pages_showing(picture, now + timedelta(days=9)) == [page]
    Revision.objects.update(live_until=now)
    assert pages_showing(picture, now + UNDO_PERIOD - timedelta(seconds=1)) == [page]
    assert pages_showing(picture, now + UNDO_PERIOD) == []


def test_a_draft_replaced_by_a_restored_revision_keeps_its_picture(page_with_picture):
    page, picture = page_with_picture
    now = timezone.now()
    store_revision(page, now, live_until=now)
    PictureBlock.objects.all().delete()
    assert (pages_showing(picture, now), pages_showing(picture, now + UNDO_PERIOD)) == ([page], [])


def test_a_picture_in_use_lists_its_pages_and_cannot_be_deleted(page_with_picture, therapist_client):
    page, picture = page_with_picture
    url = f"/admin/pages/picture/{picture.pk}/change/"
    used = therapist_client.get(url).content.decode()
    assert f'<a href="/admin/pages/page/{page.pk}/change/">About &lt;me&gt;</a>. It cannot be deleted while' in used
    assert f'src="/pictures/{picture.key}-480.webp"' in used
    assert "deletelink" not in used
    PictureBlock.objects.all().delete()
    unused = therapist_client.get(url).content.decode()
    assert "No page. It can be deleted." in unused
    assert f'href="/admin/pages/picture/{picture.pk}/delete/" class="deletelink"' in unused


def test_the_list_uses_the_twenty_four_hour_clock(page_with_picture, therapist_client):
    Picture.objects.update(created_at=datetime(2026, 6, 1, 14, 5, tzinfo=UTC))
    assert '<td class="field-added_at">1 June 2026, 15:05</td>' in (
        therapist_client.get("/admin/pages/picture/").content.decode()
    )


def test_the_admins_history_does_not_keep_the_name_of_a_file(therapist_client):
    therapist_client.post("/admin/pages/picture/add/", {"upload": io.BytesIO(picture_file()), "name": "Jane Doe"})
    picture = Picture.objects.get()
    assert therapist_client.post(f"/admin/pages/picture/{picture.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(LogEntry.objects.values_list("object_repr", flat=True)) == [f"picture {picture.pk}"] * 2
    assert Picture.objects.count() == 0

"""Pictures as phones, scanners and programs write them are taken in, or refused in a sentence."""

import io
import threading
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image

from pages import picture_decoding, pictures
from pages.document_import import create_page, read_file
from pages.models import Picture
from pages.picture_decoding import PictureError
from pages.picture_edits import PictureEdits
from pages.pictures import import_picture, import_uploads
from tests.pages.picture_files import picture_file

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "document_import" / "cases"
RED, GREEN, BLUE, WHITE = (250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 250)


def shown(picture):
    """Return the widest rendition, decoded."""
    rendition = picture.renditions.filter(format="webp").order_by("-width").first()
    return Image.open(io.BytesIO(bytes(rendition.data))).convert("RGB")


def quarters(width=400, height=200):
    """Return a picture with a colour in each corner: red, green, blue and white."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate([RED, GREEN, BLUE, WHITE]):
        x, y = number % 2 * width // 2, number // 2 * height // 2
        image.paste(colour, (x, y, x + width // 2, y + height // 2))
    return image


def corners(image):
    """Return the names of the colours in the four corners."""
    names = {RED: "red", GREEN: "green", BLUE: "blue", WHITE: "white"}
    places = [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]
    pixels = [image.getpixel((int(image.width * x), int(image.height * y))) for x, y in places]
    return [
        next(name for colour, name in names.items() if all(abs(a - b) < 60 for a, b in zip(pixel, colour, strict=True)))
        for pixel in pixels
    ]


def saved(image, format, **options):
    to = io.BytesIO()
    image.save(to, format, **options)
    return to.getvalue()


def test_a_grey_picture_of_sixteen_bits_keeps_its_shades():
    image = shown(import_picture((CASES / "picture-16bit-grey.png").read_bytes(), "ramp.png"))
    for x in (0, 64, 128, 192, 255):
        assert abs(image.getpixel((x, 10))[0] - x) < 8


@pytest.mark.parametrize("mode", ["I;16", "I;16B", "I", "F"])
def test_a_grey_tiff_keeps_its_shades(mode):
    row = [x * 257 if mode != "F" else x / 255 for x in range(256)]
    if mode == "I;16B":
        image = Image.frombytes(mode, (256, 20), b"".join(value.to_bytes(2, "big") for value in row) * 20)
    elif mode == "I;16":
        image = Image.frombytes(mode, (256, 20), b"".join(value.to_bytes(2, "little") for value in row) * 20)
    else:
        image = Image.new(mode, (256, 20))
        image.putdata(row * 20)
    picture = shown(import_picture(saved(image, "TIFF"), "ramp.tiff"))
    assert [abs(picture.getpixel((x, 10))[0] - x) < 8 for x in (0, 64, 128, 192, 255)] == [True] * 5


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0MM\0*\0\0\xff\xff",
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\xff\xff\xff\xff\xff\0\0\0",
    ],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_nonsense_in_the_camera_s_notes_does_no_harm(exif, format):
    assert corners(shown(import_picture(saved(quarters(), format, exif=exif), "a"))) == [
        "red",
        "green",
        "blue",
        "white",
    ]


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_is_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert corners(shown(import_picture(saved(quarters(), "JPEG", exif=exif), "a")))[0] == "red"


@pytest.mark.parametrize("name", ["photo.HEIC", "photo.heif"])
def test_a_photograph_in_heic_is_taken_in(name):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "CanaryCamera"
    picture = import_picture(saved(quarters(), "HEIF", quality=90, exif=exif.tobytes()), name)
    assert (picture.width, picture.height) == (200, 400)
    assert corners(shown(picture)) == ["blue", "red", "white", "green"]
    assert all(b"anary" not in bytes(rendition.data) for rendition in picture.renditions.all())


def test_a_photograph_in_avif_is_taken_in():
    assert corners(shown(import_picture(saved(quarters(), "AVIF"), "a.avif"))) == ["red", "green", "blue", "white"]


def test_a_damaged_heic_is_refused_in_a_sentence():
    data = saved(quarters(), "HEIF")
    for damaged in (data[: len(data) // 2], data[:200], data[:40] + b"\xff" * 40 + data[80:]):
        with pytest.raises(PictureError, match=r"photo\.heic"):
            import_picture(damaged, "photo.heic")


@pytest.mark.parametrize(("format", "options"), [("JPEG", {"quality": 30}), ("PNG", {"compress_level": 1})])
def test_a_photograph_of_48_megapixels_is_taken_in(format, options):
    picture = import_picture(saved(quarters(8064, 6048), format, **options), "large")
    assert (picture.width, picture.height) == (8064, 6048)
    assert corners(shown(picture)) == ["red", "green", "blue", "white"]


def test_a_large_photograph_is_never_in_memory_whole(monkeypatch):
    sizes = []
    load = Image.Image.resize
    monkeypatch.setattr(Image.Image, "resize", lambda image, *a, **k: sizes.append(image.size) or load(image, *a, **k))
    import_picture(picture_file(8064, 6048, quality=20), "large.jpg")
    assert sizes[0] == (2016, 1512)


def test_a_progressive_photograph_has_the_limit_of_the_other_formats(monkeypatch):
    monkeypatch.setattr(picture_decoding, "MAX_PIXELS", 1_000_000)
    assert import_picture(picture_file(1200, 1000), "a.jpg").width == 1200
    with pytest.raises(PictureError, match="more than 1 million pixels"):
        import_picture(picture_file(1200, 1000, progressive=True), "b.jpg")


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_an_animated_picture_keeps_its_first_frame_and_says_so(format):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (BLUE, RED, GREEN)]
    data = saved(frames[0], format, save_all=True, append_images=frames[1:])
    files = MultiValueDict({"p-0-upload": [SimpleUploadedFile("dance", data)]})
    notes = ["“dance” has several frames or pages. Only the first one is shown, as a still picture."]
    assert import_uploads(files) == notes
    assert import_uploads(files) == notes  # the same file again
    assert corners(shown(Picture.objects.get()))[0] == "blue"


def test_the_second_picture_that_phones_add_is_no_animation():
    data = saved(quarters(), "MPO", save_all=True, append_images=[quarters(40, 20)])
    assert pictures.notes_on(data, "a.jpg") == []
    heif = pillow_heif.from_pillow(quarters())
    heif.add_from_pillow(quarters(80, 40))
    to = io.BytesIO()
    heif.save(to)
    assert pictures.notes_on(to.getvalue(), "a.heic") == []
    assert corners(shown(import_picture(to.getvalue(), "a.heic")))[0] == "red"


def test_the_page_of_pictures_says_that_it_is_still(therapist_client):
    frames = [Image.new("RGB", (40, 40), colour) for colour in (BLUE, RED)]
    upload = SimpleUploadedFile("dance.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    response = therapist_client.post("/admin/pages/picture/add/", {"upload": upload, "name": ""}, follow=True)
    assert "Only the first one is shown, as a still picture." in response.content.decode()


@pytest.mark.parametrize(
    ("edits", "size", "colours"),
    [
        (PictureEdits(crop=(0, 0, 0.5, 0)), (200, 200), ["red", "red", "blue", "blue"]),
        (PictureEdits(quarter_turns=1), (200, 400), ["blue", "red", "white", "green"]),
        (PictureEdits(is_mirrored=True), (400, 200), ["green", "red", "white", "blue"]),
        (PictureEdits(is_upside_down=True), (400, 200), ["blue", "white", "red", "green"]),
        (PictureEdits((0.5, 0, 0, 0), 3), (200, 200), ["green", "white", "green", "white"]),
    ],
)
def test_a_picture_comes_as_a_document_shows_it(edits, size, colours):
    picture = import_picture(saved(quarters(), "PNG"), "a.png", edits)
    assert (picture.width, picture.height) == size
    assert corners(shown(picture)) == colours
    assert import_picture(saved(quarters(), "PNG"), "a.png") != picture  # the same file without edits


def test_a_small_part_of_a_large_photograph_is_sharp():
    """The whole photograph is decoded larger if only a part of it is shown."""
    picture = import_picture(picture_file(6400, 3200), "a.jpg", PictureEdits((0.75, 0, 0, 0)))
    assert (picture.width, picture.height) == (1600, 3200)
    assert shown(picture).size == (1600, 3200)


def test_the_cropped_picture_of_a_document_is_imported_cropped():
    document = read_file("docx-cropped-picture.docx", (CASES / "docx-cropped-picture.docx").read_bytes())
    _, dropped = create_page(document)
    picture = Picture.objects.get()
    assert dropped == []
    pixels = shown(picture).resize((1, 1)).getpixel((0, 0))
    assert pixels[0] > 200  # only the red half
    assert max(pixels[1:]) < 60
    assert picture.width > picture.height / 2


def test_only_one_thread_decodes_at_a_time():
    started, finish = threading.Event(), threading.Event()

    def hold():
        with picture_decoding.only_one():
            started.set()
            finish.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    started.wait(20)
    try:
        with pytest.raises(PictureError, match="Another picture is being prepared at the moment"):
            import_picture(picture_file(), "a.jpg")
        assert Picture.objects.count() == 0
    finally:
        finish.set()
        holder.join()
    assert import_picture(picture_file(), "a.jpg").width == 1200

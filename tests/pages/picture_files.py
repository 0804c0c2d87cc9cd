"""Make picture files for tests."""

import io

from PIL import Image


def picture_file(width=1200, height=800, format="JPEG", colour=(31, 74, 66), **how):
    to = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(to, format, **how)
    return to.getvalue()

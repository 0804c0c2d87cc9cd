"""Crop, mirror and turn a picture as a document shows it."""

from dataclasses import dataclass

from PIL import Image


@dataclass(frozen=True)
class PictureEdits:
    crop: tuple[float, float, float, float] = (0, 0, 0, 0)  # the shares cut off at the left, top, right and bottom
    quarter_turns: int = 0  # clockwise
    is_mirrored: bool = False
    is_upside_down: bool = False

    def shares(self) -> tuple[float, float]:
        """Return the shares of the width and the height that are left."""
        left, top, right, bottom = self.crop
        return 1 - left - right, 1 - top - bottom

    def apply(self, image: Image.Image) -> Image.Image:
        """Return the picture as it is shown. It must be upright already, as its camera says."""
        left, top, right, bottom = self.crop
        if any(self.crop):
            x, y = round(image.width * left), round(image.height * top)
            box = (
                min(x, image.width - 1),
                min(y, image.height - 1),
                max(x + 1, round(image.width * (1 - right))),
                max(y + 1, round(image.height * (1 - bottom))),
            )
            image = image.crop(box)
        if self.is_mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if self.is_upside_down:
            image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        turns = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
        return image.transpose(turns[self.quarter_turns]) if self.quarter_turns else image


UNEDITED = PictureEdits()

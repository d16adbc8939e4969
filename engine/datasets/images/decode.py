"""Bytes of PNG, JPEG, TIFF, BMP or DICOM as pixels, whatever the bytes are: checked first, decoded by few decoders."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.images.headers import Format, declared_size, format_of
from engine.datasets.images.picture import WINDOW, Picture, finished, rendered, sixteen_bits
from engine.datasets.images.quiet import quiet
from engine.errors import BadInput
from engine.messages import Message

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 64_000_000
"""More pixels than this are refused before decoding; a mammogram has 20 million."""
FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
"""The only decoders of Pillow that see a file."""
TRANSPARENT = {"RGBA", "LA", "PA", "RGBa", "La"}
PHOTOMETRIC, WHITE_IS_ZERO = 262, 0
"""The TIFF tag and its value for greys that are low where it is bright; Pillow turns them in eight bits only."""
UNREADABLE = Message("it is damaged or cut off")


class Unreadable(BadInput):
    """A picture that cannot be used; its message is the reason alone, for a sentence that names the picture."""


def decode_picture(data: bytes) -> NDArray[np.uint8]:
    """Return a picture as a model sees it: uint8, (H, W) of grey or (H, W, 3) of colour, at most MAX_SIDE long.

    Raises BadInput, with one sentence, for bytes that are no picture, too large, damaged or cut off.
    """
    return rendered(open_picture(data))


def open_picture(data: bytes) -> Picture:
    """Return the picture in `data` with all its bits. Raises BadInput, with one sentence, when it cannot be read."""
    try:
        return read_picture(data)
    except Unreadable as error:
        raise BadInput("The picture cannot be read: {reason}.", reason=error.message) from None


def read_picture(data: bytes) -> Picture:
    """Return the picture in `data`, its middle frame if DICOM holds several. Raises Unreadable with the reason."""
    kind = format_of(data[:264])
    if kind is None:
        raise Unreadable("it is not a PNG, JPEG, TIFF, BMP or DICOM file")
    if kind == "DICOM":
        from engine.datasets.images.dicom import read_frames

        return next(iter(read_frames(data, "middle")))
    size = declared_size(data, kind)
    if size is not None:
        refuse_size(*size)
    with quiet():
        try:
            return finished(_open(data, kind))
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - a hostile file may raise anything inside a decoder
            raise Unreadable(UNREADABLE) from None


def refuse_size(width: int, height: int) -> None:
    """Raise Unreadable for a picture without pixels or with more than MAX_PIXELS."""
    if width < 1 or height < 1:
        raise Unreadable("it has no pixels")
    if width * height > MAX_PIXELS:
        raise Unreadable(
            "it declares {width} × {height} pixels, more than the {limit} million that are read",
            width=width,
            height=height,
            limit=MAX_PIXELS // 1_000_000,
        )


def _open(data: bytes, kind: Format) -> Picture:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        refuse_size(*image.size)
        pages = getattr(image, "n_frames", 1) if kind == "TIFF" else 1
        image.load()
        inverted = (
            kind == "TIFF" and image.mode.startswith("I;16") and image.getexif().get(PHOTOMETRIC) == WHITE_IS_ZERO
        )
        picture = _pixels(ImageOps.exif_transpose(image), image.info)
        return replace(picture, pixels=65535 - picture.pixels if inverted else picture.pixels, pages=pages)


def _pixels(image: Image.Image, info: Mapping[Any, Any]) -> Picture:
    """Return the pixels of a loaded image of any mode."""
    if image.mode.startswith("I;16"):
        pixels = np.asarray(image).astype(np.uint16)
        return Picture(pixels, _window(info), bits=16)
    if image.mode in ("I", "F"):
        return sixteen_bits(np.asarray(image))
    if image.mode in TRANSPARENT or "transparency" in info:
        from PIL import Image

        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "black"), over).convert("RGB")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return Picture(np.asarray(image))


def _window(info: Mapping[Any, Any]) -> tuple[int, int] | None:
    """Return the window that this program wrote into a PNG."""
    parts = str(info.get(WINDOW, "")).split()
    if len(parts) == 2 and all(p.isdecimal() and len(p) < 6 for p in parts):
        return int(parts[0]), int(parts[1])
    return None

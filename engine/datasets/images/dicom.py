"""DICOM as pictures: rescale, window, inverted greys, palettes, frames; every compressed syntax but video.

What a model sees follows PS3.3: stored values → modality rescale (C.11.1) → window (C.11.2, its linear function; the
first of several windows; the values' own percentiles where there is none) → MONOCHROME1 inverted. A sigmoid window is
taken as linear. Eight bits without rescale and window are shown as they are.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.datasets.images.decode import UNREADABLE, Unreadable, refuse_size
from engine.datasets.images.picture import Array, Picture, finished, sixteen_bits
from engine.datasets.images.quiet import quiet
from engine.messages import Message

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

MAX_BYTES = 256 << 20
"""The most that a deflated file may become, and that the kept frames of one file may take."""
MAX_FRAMES = 100_000
DEFLATED = b"1.2.840.10008.1.2.1.99"
NO_PIXELS = Message("it holds no picture")
VIDEO = Message("it holds video, which is not read")


@dataclass(frozen=True)
class Frame:
    """One frame as it stands in the file, with what is needed to show it."""

    values: Array
    """(H, W) after the modality rescale, or (H, W, 3) of uint8 red, green, blue."""
    window: tuple[float, float] | None
    """The values shown as black and as white; None for colour, and where the file names none."""
    inverted: bool
    """Whether low values are bright."""
    bits: int
    count: int
    """Frames in the file."""


def parse(data: bytes) -> Dataset:
    """Return the DICOM data set in `data`. Raises Unreadable with the reason."""
    from pydicom import dcmread

    with quiet():
        try:
            _refuse_bomb(data)
            found = dcmread(io.BytesIO(data), force=True)
            if not hasattr(found.file_meta, "TransferSyntaxUID"):
                found.file_meta.TransferSyntaxUID = _as_read(found)
            if len(found) == 0:
                raise Unreadable(NO_PIXELS)
            return found
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - a hostile file may raise anything inside the parser
            raise Unreadable(UNREADABLE) from None


def frames(found: Dataset, which: str) -> Iterator[Frame]:
    """Yield frames of a parsed file: "middle", "every:k", or "most:n" (n evenly spaced). Raises Unreadable."""
    with quiet():
        try:
            count = check(found)
            for index in chosen(count, which):
                yield _frame(found, index, count)
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - a hostile file may raise anything inside a decoder
            raise Unreadable(UNREADABLE) from None


def read_frames(data: bytes, which: str) -> Iterator[Picture]:
    """Yield frames of a DICOM file as pictures. Raises Unreadable."""
    for frame in frames(parse(data), which):
        yield as_picture(frame)


def as_picture(frame: Frame) -> Picture:
    """Return a frame as a model sees it."""
    if frame.values.dtype == np.uint8 and (frame.values.ndim == 3 or frame.window is None):
        pixels = 255 - frame.values if frame.inverted else frame.values
        return replace(finished(Picture(pixels)), pages=frame.count)
    picture = sixteen_bits(frame.values, frame.window)
    if frame.inverted and picture.window is not None:
        low, high = picture.window
        picture = replace(picture, pixels=65535 - picture.pixels, window=(65535 - high, 65535 - low))
    return replace(finished(picture), bits=frame.bits, pages=frame.count)


def chosen(count: int, which: str) -> list[int]:
    """Return the places of the frames that `which` names among `count`."""
    word, _, number = which.partition(":")
    if word == "middle" or count == 1:
        return [count // 2]
    if word == "every":
        return list(range(0, count, max(1, int(number))))
    keep = min(count, int(number))
    return sorted({(2 * i + 1) * count // (2 * keep) for i in range(keep)})


def _as_read(found: Dataset) -> UID:
    """Return the transfer syntax of a file that does not name it, as the parser told it from the bytes."""
    from pydicom import uid

    implicit, little = found.original_encoding
    if implicit:
        return uid.ImplicitVRLittleEndian
    return uid.ExplicitVRLittleEndian if little else uid.ExplicitVRBigEndian


def _refuse_bomb(data: bytes) -> None:
    """Refuse a deflated file that becomes too large; pydicom inflates without a limit."""
    if DEFLATED not in data[:4096] or data[128:132] != b"DICM":
        return
    length = int.from_bytes(data[140:144], "little")
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[144 + length :], MAX_BYTES + 1)
    if len(inflated) > MAX_BYTES:
        raise Unreadable("it unpacks to more than {limit} MiB", limit=MAX_BYTES >> 20)


def check(found: Dataset) -> int:
    """Return how many frames the file has. Raises Unreadable when its header makes no sense."""
    pixels = any(name in found for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
    if not (pixels and "Rows" in found and "Columns" in found):
        raise Unreadable(NO_PIXELS)
    syntax = found.file_meta.TransferSyntaxUID
    if str(syntax).startswith("1.2.840.10008.1.2.4.10"):
        raise Unreadable(VIDEO)
    refuse_size(int(found.Columns), int(found.Rows))
    if int(found.SamplesPerPixel) not in (1, 3) or int(found.BitsAllocated) not in (1, 8, 16, 32, 64):
        raise Unreadable(UNREADABLE)
    return min(max(1, int(found.get("NumberOfFrames") or 1)), MAX_FRAMES)


def _frame(found: Dataset, index: int, count: int) -> Frame:
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import iter_pixels

    from engine.datasets.images import codecs

    codecs.register()
    plugin = codecs.NAME if codecs.is_available(found.file_meta.TransferSyntaxUID) else ""
    values = next(iter_pixels(found, indices=[index], decoding_plugin=plugin))
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    photometric = str(found.PhotometricInterpretation)
    bits = int(found.get("BitsStored") or found.BitsAllocated)
    if photometric == "PALETTE COLOR":
        values = apply_color_lut(values, found)
        bits = 8 * values.dtype.itemsize
    if values.ndim == 3:
        return Frame(_eight_bits(values, bits), None, inverted=False, bits=bits, count=count)
    return _grey(found, values, index, count, inverted=photometric == "MONOCHROME1", bits=bits)


def _grey(found: Dataset, values: Array, index: int, count: int, *, inverted: bool, bits: int) -> Frame:
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    groups = _groups(found, index)
    slope, intercept = _number(groups, "RescaleSlope", 1.0), _number(groups, "RescaleIntercept", 0.0)
    window = _window(groups)
    if "ModalityLUTSequence" in found:
        values, plain = apply_modality_lut(values, found), False
    else:
        plain = slope == 1 and intercept == 0
        values = values if plain else values.astype(np.float64) * slope + intercept
    if found.get("VOILUTSequence") and window is None:
        top = (1 << int(found.VOILUTSequence[0].LUTDescriptor[2])) - 1
        return Frame(apply_voi_lut(values, found), (0.0, float(top)), inverted, bits, count)
    if plain and window is None and values.dtype in (np.uint8, np.bool_):
        return Frame(values.astype(np.uint8) * (255 if bits == 1 else 1), None, inverted, bits, count)
    return Frame(values, window, inverted, bits, count)


def _groups(found: Dataset, index: int) -> list[Any]:
    """Return where rescale and window may stand: an enhanced file keeps them in groups, of all frames or of each."""
    places: list[Any] = [found]
    for name, place in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", index)):
        groups = found.get(name) or []
        if place < len(groups):
            for inner in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
                places += list(groups[place].get(inner) or [])[:1]
    return places


def _number(groups: list[Any], name: str, default: float) -> float:
    """Return the last of the numbers called `name`, the first value of several."""
    for group in reversed(groups):
        value = group.get(name)
        if value is not None and value != "":
            number = float(value if isinstance(value, str | float | int) else value[0])
            if np.isfinite(number):
                return number
    return default


def _window(groups: list[Any]) -> tuple[float, float] | None:
    center, width = _number(groups, "WindowCenter", np.nan), _number(groups, "WindowWidth", np.nan)
    if not np.isfinite(center) or not width >= 1e-6:
        return None
    if str(groups[0].get("VOILUTFunction") or "LINEAR") == "LINEAR" and width > 1:
        return center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    return center - width / 2, center + width / 2


def _eight_bits(values: Array, bits: int) -> Array:
    return values if values.dtype == np.uint8 else (values >> max(0, bits - 8)).astype(np.uint8)

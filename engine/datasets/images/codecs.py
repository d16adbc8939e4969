"""Compressed DICOM pixels decoded by imagecodecs, as a plug-in of pydicom.

pydicom asks a plug-in module for `is_available(uid)`, `DECODER_DEPENDENCIES` and a function that turns the bytes of one
frame into raw samples. Before anything is decoded the size that the compressed stream declares has to be the size that
the DICOM header declares, so that a small header cannot hide a large picture.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom.pixels.decoders.base import DecodeRunner, get_decoder

from engine.datasets.images.headers import declared_size

NAME = "imagecodecs"
JPEG = {uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit}
LOSSLESS_JPEG = {uid.JPEGLossless, uid.JPEGLosslessSV1}
JPEG_LS = {uid.JPEGLSLossless, uid.JPEGLSNearLossless}
JPEG_2000 = {uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K}
DECODER_DEPENDENCIES = dict.fromkeys(JPEG | LOSSLESS_JPEG | JPEG_LS | JPEG_2000 | {uid.RLELossless}, ("imagecodecs",))
SIZ = b"\xff\x4f\xff\x51"
"""A JPEG 2000 codestream starts with these two markers (ITU-T T.800, annex A)."""


def is_available(syntax: str) -> bool:
    return syntax in DECODER_DEPENDENCIES


def decode_frame(src: bytes, runner: DecodeRunner) -> bytes:
    """Return the samples of one frame, and tell `runner` how they lie."""
    syntax = runner.transfer_syntax
    if syntax == uid.RLELossless:
        return _rle(src, runner)
    _same_size(src, runner)
    samples = _decoder(syntax)(src, runner)
    runner.set_option("bits_allocated", samples.dtype.itemsize * 8)
    if samples.ndim == 3:
        runner.set_option("planar_configuration", 0)
    return samples.tobytes()


def register() -> None:
    """Make pydicom know this plug-in; again and again is once."""
    for syntax in DECODER_DEPENDENCIES:
        decoder = get_decoder(syntax)
        if NAME not in decoder.available_plugins:
            decoder.add_plugin(NAME, (__name__, "decode_frame"))


def _decoder(syntax: str) -> Callable[[bytes, DecodeRunner], np.ndarray[Any, Any]]:
    if syntax in JPEG:
        return _jpeg
    if syntax in LOSSLESS_JPEG:
        return lambda src, _runner: imagecodecs.ljpeg_decode(src) if _samples(src) == 1 else _sof3(src)
    if syntax in JPEG_LS:
        return lambda src, _runner: imagecodecs.jpegls_decode(src)
    return _jpeg2000


def _sof3(src: bytes) -> np.ndarray[Any, Any]:
    return imagecodecs.jpegsof3_decode(src)


def _samples(src: bytes) -> int:
    """Return how many components a lossless JPEG declares in its frame header."""
    place = src.find(b"\xff\xc3")
    return src[place + 9] if 0 <= place < len(src) - 9 else 1


def _jpeg(src: bytes, runner: DecodeRunner) -> np.ndarray[Any, Any]:
    if runner.samples_per_pixel == 1:
        return imagecodecs.jpeg8_decode(src)
    coded = "RGB" if runner.photometric_interpretation == "RGB" else "YCBCR"
    samples = imagecodecs.jpeg8_decode(src, colorspace=coded, outcolorspace="RGB")
    runner.set_option("photometric_interpretation", "RGB")
    return samples


def _jpeg2000(src: bytes, runner: DecodeRunner) -> np.ndarray[Any, Any]:
    samples = imagecodecs.jpeg2k_decode(src, numthreads=1)
    if runner.photometric_interpretation in ("YBR_ICT", "YBR_RCT"):
        runner.set_option("photometric_interpretation", "RGB")
    return samples


def _rle(src: bytes, runner: DecodeRunner) -> bytes:
    width = runner.bits_allocated // 8
    expected = runner.rows * runner.columns * runner.samples_per_pixel * width
    samples = imagecodecs.dicomrle_decode(src, np.dtype(f"<u{width}"), out=bytearray(expected))
    if len(samples) != expected:
        raise ValueError("another number of samples than the header declares")
    runner.set_option("planar_configuration", 1)
    return bytes(samples)


def _same_size(src: bytes, runner: DecodeRunner) -> None:
    if runner.transfer_syntax in JPEG_2000:
        place = src.find(SIZ, 0, 4096)
        found = struct.unpack(">4I", src[place + 8 : place + 24]) if place >= 0 else (0, 0, 0, 0)
        size: tuple[int, int] | None = (found[0] - found[2], found[1] - found[3])
    else:
        size = declared_size(src, "JPEG")
    if size != (runner.columns, runner.rows):
        raise ValueError("another size than the header declares")

"""What a picture says of itself in its first bytes: its format and its size, read before anything is decoded."""

from __future__ import annotations

import struct
from typing import Literal

Format = Literal["PNG", "JPEG", "TIFF", "BMP", "DICOM"]
SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
SIGNATURES: tuple[tuple[bytes, Format], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
)
ARCHIVE_SIGNATURES = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ\0", b"(\xb5/\xfd",
)  # fmt: skip
BARE_DICOM = (b"\x02\0\0\0", b"\x02\0\x02\0", b"\x08\0\0\0", b"\x08\0\x05\0", b"\x08\0\x08\0", b"\x08\0\x16\0")
"""How DICOM starts without its preamble: an element of group 0002 or 0008, little endian."""
HEAD_BYTES = 264
SIZE_MARKERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""JPEG markers that carry the size of the picture (ITU-T T.81, table B.1; T.87 for JPEG-LS)."""


def format_of(head: bytes) -> Format | None:
    """Return the format that the first `HEAD_BYTES` bytes of a file tell, or None for any other."""
    if head[128:132] == b"DICM":
        return "DICOM"
    for signature, name in SIGNATURES:
        if head.startswith(signature):
            return name
    return "DICOM" if head.startswith(BARE_DICOM) else None


def is_archive(name: str, head: bytes) -> bool:
    """Return whether a file is an archive itself, by its first bytes or its name."""
    suffixes = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".tar")
    return head.startswith(ARCHIVE_SIGNATURES) or head[257:262] == b"ustar" or name.lower().endswith(suffixes)


def declared_size(data: bytes, kind: Format) -> tuple[int, int] | None:
    """Return (width, height) as the header declares them, or None where it does not say so in a plain way."""
    try:
        if kind == "PNG":
            return struct.unpack(">II", data[16:24])
        if kind == "BMP":
            return _bmp(data)
        if kind == "JPEG":
            return _jpeg(data)
        if kind == "TIFF":
            return _tiff(data)
    except struct.error:
        return None
    return None


def _bmp(data: bytes) -> tuple[int, int]:
    if struct.unpack("<I", data[14:18])[0] == 12:
        return struct.unpack("<HH", data[18:22])
    width, height = struct.unpack("<ii", data[18:26])
    return abs(width), abs(height)


def _jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(data):
        if data[place] != 0xFF:
            return None
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in SIZE_MARKERS:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        elif marker in (0xD9, 0xDA):
            return None
        elif 0xD0 <= marker <= 0xD8 or marker == 1:
            place += 2
        else:
            place += 2 + struct.unpack(">H", data[place + 2 : place + 4])[0]
    return None


def _tiff(data: bytes) -> tuple[int, int] | None:
    order = "<" if data[:2] == b"II" else ">"
    (start,) = struct.unpack(order + "I", data[4:8])
    (entries,) = struct.unpack(order + "H", data[start : start + 2])
    found: dict[int, int] = {}
    for entry in range(min(entries, 500)):
        at = start + 2 + 12 * entry
        tag, kind = struct.unpack(order + "HH", data[at : at + 4])
        if tag in (256, 257):
            form, size = ("H", 2) if kind == 3 else ("I", 4)
            (found[tag],) = struct.unpack(order + form, data[at + 8 : at + 8 + size])
    return (found[256], found[257]) if len(found) == 2 else None

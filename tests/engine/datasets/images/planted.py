"""Identifiers planted wherever DICOM and ZIP can hold them, and a search through every byte of a workspace."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pydicom import Dataset as Dicom
from pydicom._dicom_dict import DicomDictionary
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.engine.datasets.images.files import dicom

WORDS = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")
VALUES: dict[str, object] = {
    **{vr: f"QZX{vr}7" for vr in WORDS},
    "AS": "093Y", "DA": "19430719", "DS": "914159.265", "DT": "19430719112233", "IS": "914159265",
    "TM": "114233.445566", "UI": "1.2.777.91415926", "AT": 0x91415926, "FL": [3.1e20, 7.7e-20], "FD": 6.02214e99,
    "SL": -914159265, "SS": [-9141, 5926, -5358], "SV": -9141592653589, "UL": 3914159265,
    "US": [49141, 55926, 53589], "UV": 9141592653589, "OB": b"QZXOB7", "OD": struct.pack("<d", 6.1e98),
    "OF": struct.pack("<ff", 3.3e21, 7.1e-21), "OL": struct.pack("<LL", 2914159265, 777),
    "OV": struct.pack("<Q", 9241592653589), "OW": b"QZXOW7", "UN": b"QZXUN7",
}  # fmt: skip
"""VR → what is planted in an element of it; SQ holds all the others."""
PACKED = {"FL": "<ff", "FD": "<d", "SL": "<l", "SS": "<hhh", "SV": "<q", "UL": "<L", "US": "<HHH", "UV": "<Q"}
KEPT: dict[str, Any] = {
    "Modality": "QZXMOD7", "Manufacturer": "QZXMAKER7", "ManufacturerModelName": "QZXMODEL7", "PatientAge": "091Y",
    "InstitutionName": "QZXPLACE7", "BodyPartExamined": "QZXBODY7", "ViewPosition": "QZXVIEW7", "PatientSex": "QZXSEX7",
    "StudyDate": "19440817", "StudyInstanceUID": "1.2.778.1", "SeriesInstanceUID": "1.2.778.2",
    "FrameOfReferenceUID": "1.2.778.3", "PatientBirthDate": "19120304", "AccessionNumber": "QZXACC7",
}  # fmt: skip
"""Attributes of which something is kept, with what must not be."""
ARCHIVE = ("QZXFOLDER7", "QZXFILE7", "QZXCOMMENT7", "QZXMEMBER7", "QZXCOLUMN7", "QZXNAME7", "QZXEXTRA7")
PLACES = ("QZXPREAMBLE7", "QZXTITLE7", "QZXMETA7", "QZXCREATOR7", "QZXOVERLAY7", "QZXTAIL7", "QZXPAD7")


def tokens() -> list[bytes]:
    """Return every planted value as the bytes that would give it away."""
    found = [str(v).encode() for vr, v in VALUES.items() if isinstance(v, str) and vr != "AS"]
    found += [v for v in VALUES.values() if isinstance(v, bytes)]
    for vr, form in PACKED.items():
        value = VALUES[vr]
        found.append(struct.pack(form, *(value if isinstance(value, list) else [value])))
    found += [v.encode() for k, v in KEPT.items() if k != "PatientAge"]
    found += [b"1.2.779.", b"QZXPID7", *(t.encode() for t in ARCHIVE + PLACES)]
    wide = [t.decode().encode("utf-16-le") for t in found if t.isascii()]
    return [t for t in {*found, *wide} if len(t) >= 6]


def planted(number: int) -> bytes:
    """Return a CT file with an identifier in an element of every VR: on top, nested three deep, private, and around."""
    made = dicom(number, **KEPT)
    made.PatientID, made.SOPInstanceUID = f"QZXPID7-{number // 3}", UID(f"1.2.779.{number + 1}")
    made.file_meta.SourceApplicationEntityTitle = "QZXTITLE7"
    made.file_meta.PrivateInformationCreatorUID = UID("1.2.777.91415926")
    made.file_meta.PrivateInformation = b"QZXMETA7"
    _plant(made)
    block = made.private_block(0x0011, "QZXCREATOR7", create=True)
    for place, (vr, value) in enumerate(VALUES.items()):
        block.add_new(place, vr, value)
    made.add_new(0x60000010, "US", 8)
    made.add_new(0x60003000, "OW", b"QZXOVERLAY7\0")
    _overlay_in_the_unused_bits(made)
    made.PixelData += b"QZXTAIL7"
    made.add_new(0xFFFCFFFC, "OB", b"QZXPAD7\0")
    made.preamble = b"QZXPREAMBLE7".ljust(128, b"\0")
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue() + b"QZXTAIL7" * 3


def _plant(made: Dicom, depth: int = 3) -> None:
    """Put one element of each VR into a data set, and all of them into sequences of it."""
    for vr, value in VALUES.items():
        made.add_new(_free_tag(made, vr, several=isinstance(value, list)), vr, value)
    if depth:
        inner = Dicom()
        _plant(inner, depth - 1)
        made.RequestAttributesSequence = Sequence([inner])


def _free_tag(made: Dicom, vr: str, *, several: bool) -> int:
    """Return the first tag of the dictionary that has this VR; one of no use where the dictionary has none."""
    meant = {0x0000, 0x0002, 0x0004, 0x0028, 0x7FE0}  # groups that say how to read a file
    for tag, (known, multiplicity, _, retired, _) in DicomDictionary.items():
        # The character set may not be an unknown one.
        free = tag >> 16 not in meant and tag != 0x00080005 and not retired and tag not in made
        if known == vr and free and (multiplicity != "1" or not several):
            return tag
    return 0x5200_0001 + list(VALUES).index(vr)


def _overlay_in_the_unused_bits(made: Dicom) -> None:
    """Use 12 of 16 bits, and write into the four above them, as old machines did with overlays."""
    values = np.frombuffer(made.PixelData, np.uint16) & 0x0FFF
    text = np.frombuffer(b"QZXOVERLAY7" * 40, np.uint8)[: values.size].astype(np.uint16)
    made.PixelData = (values[: text.size] | (text & 0xF) << 12).tobytes() + values[text.size :].tobytes()
    made.BitsStored, made.HighBit = 12, 11


def archive(count: int = 36) -> bytes:
    """Return a ZIP of planted files, with identifiers in its names, comments and columns too."""
    file = io.BytesIO()
    lines = ["path,QZXCOLUMN7,label"]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.comment = b"QZXCOMMENT7"
        for number in range(count):
            info = zipfile.ZipInfo(f"QZXFOLDER7/QZXFILE7_{number}.dcm")
            info.comment, info.extra = b"QZXMEMBER7", struct.pack("<HH", 0x7777, 9) + b"QZXEXTRA7"
            made.writestr(info, planted(number))
            lines.append(f"QZXFOLDER7/QZXFILE7_{number}.dcm,QZXNAME7 {number},{'sick' if number // 3 % 2 else 'well'}")
        made.writestr("QZXFOLDER7/labels.csv", "\n".join(lines))
    return file.getvalue()


def contents(home: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (where, bytes) of every file of a workspace, and of what is packed in each: ZIP, PNG, Parquet, zlib."""
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        name = str(path.relative_to(home))
        data = path.read_bytes()
        yield name, name.encode()
        yield from unpacked(name, data)


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            for info in inside.infolist():
                yield f"{name}!{info.filename}", info.filename.encode() + info.comment + info.extra
                yield from unpacked(f"{name}!{info.filename}", inside.read(info))
    if data.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(data))
        yield f"{name} as a table", repr(table.to_pydict()).encode() + repr(table.schema.metadata).encode()
    start = data.find(b"\x89PNG")
    while start >= 0:
        yield f"{name} PNG at {start}", _inflated(data[start:])
        start = data.find(b"\x89PNG", start + 4)


def _inflated(data: bytes) -> bytes:
    """Return what the IDAT chunks of a PNG hold."""
    place, packed = 8, b""
    while place + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        if kind == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += 12 + length
        if kind == b"IEND":
            break
    return zlib.decompressobj().decompress(packed)

"""One DICOM file without its identifiers: built anew from its pixels and the few attributes that may stay."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets.images import profile
from engine.datasets.images.decode import UNREADABLE, Unreadable
from engine.datasets.images.dicom import MAX_BYTES, Frame, as_picture, check, frames
from engine.datasets.images.picture import Array, rendered
from engine.datasets.images.quiet import quiet
from engine.datasets.images.secret import Keyed
from engine.datasets.images.text_in_picture import has_text

if TYPE_CHECKING:
    from pydicom import Dataset

KEPT_FRAMES = 32
"""Of a longer film this many evenly spaced frames are kept."""
MAX_DEPTH = 20


@dataclass(frozen=True)
class Cleaned:
    """A file as it may be kept, and what was learnt before the rest went."""

    data: bytes
    """The DICOM file, Explicit VR Little Endian, uncompressed."""
    patient: str
    """The keyed hash of PatientID; "" when the file names none."""
    burned_in: str
    """Why text may stand in the picture: "tag", "secondary capture", "looks like text"; "" if nothing says so."""
    tags: dict[str, str]
    """site, scanner, sex, age_band, modality: each "" if unknown."""
    removed: Counter[str]
    """Attribute → 1 for each that did not stay; "private attributes", "overlays" → how many."""
    frames: int
    """Frames in the file as it came."""


def deidentify(found: Dataset, keyed: Keyed) -> Cleaned:
    """Return a parsed file without identifiers. Raises Unreadable when its picture cannot be decoded."""
    with quiet():
        try:
            return _deidentified(found, keyed)
        except Unreadable:
            raise
        except Exception:  # noqa: BLE001 - a hostile file may raise anything; nothing of it may get into a message
            raise Unreadable(UNREADABLE) from None


def _deidentified(found: Dataset, keyed: Keyed) -> Cleaned:
    count = check(found)
    each = int(found.Rows) * int(found.Columns) * 8
    kept = list(frames(found, f"most:{min(KEPT_FRAMES, max(1, MAX_BYTES // each))}"))
    made = _with_pixels(kept)
    _keep(found, made, keyed)
    removed = _removed(found, made)
    return Cleaned(
        data=_written(made),
        patient=keyed.patient(text) if (text := _text(found, "PatientID")) else "",
        burned_in=_burned_in(found, kept),
        tags=_tags(found, keyed),
        removed=removed,
        frames=count,
    )


def _with_pixels(kept: Sequence[Frame]) -> Dataset:
    """Return a data set that holds the frames and says how to show them."""
    from pydicom import Dataset

    made, first = Dataset(), kept[0]
    values = np.stack([f.values for f in kept])
    stored, slope, intercept = _integers(values)
    colour = first.values.ndim == 3
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME1" if first.inverted else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    made.Rows, made.Columns = stored.shape[1:3]
    made.NumberOfFrames = len(kept)
    made.BitsAllocated = made.BitsStored = 8 * stored.dtype.itemsize
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(stored.dtype.kind == "i")
    if (slope, intercept) != (1.0, 0.0):
        made.RescaleIntercept, made.RescaleSlope = _decimal(intercept), _decimal(slope)
    if first.window is not None:
        low, high = first.window
        made.WindowCenter, made.WindowWidth = _decimal((low + high) / 2), _decimal(high - low)
        made.VOILUTFunction = "LINEAR_EXACT"
    data = stored.tobytes()
    made.add_new("PixelData", "OB" if stored.dtype.itemsize == 1 else "OW", data + b"\0" * (len(data) % 2))
    return made


def _integers(values: Array) -> tuple[Array, float, float]:
    """Return values as integers of 8 or 16 bits, with the slope and intercept that lead back."""
    if values.dtype in (np.uint8, np.uint16, np.int16):
        return values.astype(values.dtype.newbyteorder("<")), 1.0, 0.0
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    least, most = float(values.min()), float(values.max())
    if (values == np.rint(values)).all():
        for kind in ("<u2", "<i2"):
            limits = np.iinfo(kind)
            if limits.min <= least and most <= limits.max:
                return values.astype(kind), 1.0, 0.0
    slope = (most - least) / 65535 or 1.0
    return np.clip((values - least) / slope + 0.5, 0, 65535).astype("<u2"), slope, least


def _decimal(number: float) -> Any:
    """Return a number as a decimal string of DICOM, sixteen characters at most."""
    from pydicom.valuerep import DSfloat

    return DSfloat(float(number), auto_format=True)


def _keep(found: Dataset, made: Dataset, keyed: Keyed) -> None:
    """Put what may stay of `found` into `made`, each value made anew."""
    from pydicom.sequence import Sequence as Items

    for name in profile.WORDS:
        if value := profile.word(name, _text(found, name)):
            setattr(made, name, value)
    for name in profile.DATES:
        if value := profile.year(_text(found, name)):
            setattr(made, name, value)
    for name in profile.UIDS:
        if (value := _text(found, name)) or name == "SOPInstanceUID":
            setattr(made, name, keyed.uid(value or hashlib.sha256(made.PixelData).hexdigest()))
    made.SOPClassUID = _sop_class(found)
    made.PatientName = made.PatientID = ""
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = profile.METHOD
    made.DeidentificationMethodCodeSequence = Items([_code(*code) for code in profile.CODES])
    made.LongitudinalTemporalInformationModified = "MODIFIED"


def _code(value: str, meaning: str) -> Dataset:
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _sop_class(found: Dataset) -> str:
    """Return the file's SOP class if it is one of the standard, else Secondary Capture."""
    from pydicom.uid import UID

    value = UID(_text(found, "SOPClassUID"))
    return str(value) if value.name != str(value) and value.type == "SOP Class" else profile.SECONDARY_CAPTURE


def _written(made: Dataset) -> bytes:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _tags(found: Dataset, keyed: Keyed) -> dict[str, str]:
    return {
        "site": profile.site(_text(found, "InstitutionName"), keyed),
        "scanner": profile.scanner(_text(found, "Manufacturer"), _text(found, "ManufacturerModelName"), keyed),
        "sex": profile.word("PatientSex", _text(found, "PatientSex")),
        "age_band": profile.age_band(
            _text(found, "PatientAge"), _text(found, "PatientBirthDate"), _text(found, "StudyDate")
        ),
        "modality": profile.word("Modality", _text(found, "Modality")),
    }


def _burned_in(found: Dataset, kept: Sequence[Frame]) -> str:
    if _text(found, "BurnedInAnnotation").upper() == "YES":
        return "tag"
    screen = _text(found, "ConversionType").upper() in profile.SCREENS
    if screen or _text(found, "SOPClassUID").startswith(profile.SECONDARY_CAPTURE):
        return "secondary capture"
    looked_at = sorted({0, len(kept) // 2, len(kept) - 1})  # a film may begin or end with a page about the patient
    return "looks like text" if any(_is_written_on(rendered(as_picture(kept[i]))) for i in looked_at) else ""


def _is_written_on(pixels: NDArray[np.uint8]) -> bool:
    """Return whether bright text stands on dark ground, or in a grey picture dark text on bright ground."""
    return has_text(pixels) or (pixels.ndim == 2 and has_text(255 - pixels))


def _text(found: Dataset, name: str) -> str:
    """Return an attribute as text, the first of several values; "" when it is absent or cannot be read."""
    try:
        value = found.get(name)
        if value is None:
            return ""
        several = not isinstance(value, str) and hasattr(value, "__len__") and hasattr(value, "__getitem__")
        return str(value[0] if several and len(value) else value).strip("\0 ")
    except Exception:  # noqa: BLE001 - a hostile value may raise anything when it is converted
        return ""


def _removed(found: Dataset, made: Dataset) -> Counter[str]:
    """Return what of `found` is not in `made`, at any depth."""
    counts: Counter[str] = Counter()
    kept = {str(e.keyword) for e in made} - {"PatientName", "PatientID"} | profile.REWRITTEN
    for part, depth in ((found, 0), (found.file_meta, 0)):
        _count(part, counts, kept, depth)
    singles = {name: min(n, 1) for name, n in counts.items() if name not in ("private attributes", "overlays")}
    return Counter({**counts, **singles})


def _count(part: Any, counts: Counter[str], kept: set[str], depth: int) -> None:
    from pydicom.datadict import keyword_for_tag

    for tag in list(part.keys()):
        name = keyword_for_tag(tag) or f"({tag.group:04X},{tag.element:04X})"
        if tag.is_private:
            counts["private attributes"] += 1
        elif 0x6000 <= tag.group <= 0x60FF:
            counts["overlays"] += 1
        elif depth or name not in kept:
            counts[name] += 1
        if not tag.is_private and depth < MAX_DEPTH:
            for item in _items(part, tag):
                _count(item, counts, kept, depth + 1)


def _items(part: Any, tag: Any) -> list[Any]:
    try:
        element = part[tag]
        return list(element.value) if element.VR == "SQ" else []
    except Exception:  # noqa: BLE001 - a hostile element may raise anything when it is converted
        return []

"""Pictures, archives and DICOM files for the tests, good and hostile, each made on the spot."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset as Dicom
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

from engine.config import Settings
from engine.datasets.dataset import PARTS, Dataset
from engine.datasets.images.card import ImageCard
from engine.datasets.images.intake import intake
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import check, prepare
from engine.datasets.raw import Raw

Pixels = NDArray[Any]


def pixels(number: int, side: int = 24, top: int = 255) -> Pixels:
    """Return a picture of its own for each number: smooth blobs, so that no two are alike by chance."""
    random = np.random.default_rng(number)
    coarse = random.integers(0, top, (6, 6)).astype(np.float32)
    grey = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
    kept: Pixels = np.clip(grey, 0, top).astype(np.uint8 if top < 256 else np.uint16)
    return kept


def encoded(picture: Pixels, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **options)
    return file.getvalue()


def zipped(members: dict[str, bytes], *, comment: bytes = b"", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.comment = comment
        for name, data in members.items():
            # A fixed time, so that the same members make the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, compression)
    return file.getvalue()


def folders(count: int = 60, classes: int = 2, *, start: int = 0, root: str = "") -> dict[str, bytes]:
    """Return members of an archive of class folders c0, c1, …: `count` different PNG in turn."""
    return {f"{root}c{i % classes}/{i:03d}.png": encoded(pixels(i)) for i in range(start, start + count)}


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def medmnist(count: int = 60, **more: Any) -> bytes:
    images = np.stack([pixels(i) for i in range(count)])
    return npz(train_images=images, train_labels=np.arange(count)[:, None] % 2, **more)


def dicom(number: int = 0, values: Pixels | None = None, *, syntax: str = ExplicitVRLittleEndian, **tags: Any) -> Dicom:
    """Return a CT picture with what every file has; `tags` are set by keyword."""
    values = pixels(number, top=4000) if values is None else values
    made = Dicom()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, f"1.2.3.{number + 1}"
    made.Modality, made.PatientID = "CT", f"patient {number // 3}"
    colour = values.ndim == 3 and values.shape[-1] == 3
    made.Rows, made.Columns = values.shape[:2] if colour or values.ndim == 2 else values.shape[1:3]
    made.SamplesPerPixel, made.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
    if colour:
        made.PlanarConfiguration = 0
    made.BitsAllocated = made.BitsStored = 8 * values.dtype.itemsize
    made.HighBit, made.PixelRepresentation = made.BitsStored - 1, int(values.dtype.kind == "i")
    made.add_new("PixelData", "OB" if values.dtype.itemsize == 1 else "OW", values.tobytes())
    for name, value in tags.items():
        setattr(made, name, value)
    return made


def written(made: Dicom) -> bytes:
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def study(count: int = 60, **tags: Any) -> dict[str, bytes]:
    """Return members of an archive of DICOM files with a labels CSV, three files a patient."""
    members = {f"scans/{i:03d}.dcm": written(dicom(i, **tags)) for i in range(count)}
    lines = "".join(f"scans/{i:03d}.dcm,{'sick' if i // 3 % 2 else 'well'}\n" for i in range(count))
    return members | {"labels.csv": f"file,label\n{lines}".encode()}


def stored(settings: Settings, content: bytes | Path, filename: str = "pictures.zip") -> Raw:
    return intake(io.BytesIO(content) if isinstance(content, bytes) else content, filename, settings)


def checked(settings: Settings, content: bytes, filename: str = "pictures.zip", **options: Any) -> ImageCard:
    return check(stored(settings, content, filename), ImageOptions("pictures", **options), settings)


def prepared(settings: Settings, content: bytes, filename: str = "pictures.zip", **options: Any) -> Dataset:
    return prepare(stored(settings, content, filename), ImageOptions("pictures", **options), settings)


def problem(card: ImageCard, kind: str) -> str:
    """Return the sentence of a card's problem, or "" when it has none of that kind."""
    return next((str(p.message) for p in card.problems if p.kind == kind), "")


def card_of(dataset: Dataset) -> ImageCard:
    """Return the card of a data set of pictures."""
    card = dataset.card
    assert isinstance(card, ImageCard)
    return card


def by_name(dataset: Dataset) -> dict[str, str]:
    """Return the part of each picture."""
    return {str(name): part for part in PARTS for name in dataset.rows(part)["name"]}


def spoilt(number: int) -> bytes:
    """Return picture `number` as somebody else saved it: another size, brightness and compression."""
    changed = np.clip(pixels(number, side=96).astype(int) * 1.05 + 4, 0, 255).astype(np.uint8)
    return encoded(np.asarray(Image.fromarray(changed).resize((80, 80))), "JPEG", quality=40)


def repeated() -> dict[str, bytes]:
    """Return 120 pictures, 20 copies, 20 likenesses, and 4 copies under another label."""
    members = {f"c{i % 2}/{i:03d}.png": encoded(pixels(i, side=96)) for i in range(120)}
    members |= {f"c{i % 2}/copy {i}.bmp": encoded(pixels(i, side=96), "BMP") for i in range(20)}
    members |= {f"c{i % 2}/near {i}.jpg": spoilt(i) for i in range(20, 40)}
    return members | {f"c{(i + 1) % 2}/other {i}.png": encoded(pixels(i, side=96)) for i in range(40, 44)}

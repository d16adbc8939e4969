"""The pictures of a stored data set, read one by one when they are asked for.

pictures.bin holds the pictures one after the other, each as PNG (see `picture`): at most MAX_SIDE long, 8 bits of grey
or colour, or 16 bits of grey with the window it is seen under. rows.parquet has the columns row, source, name, label,
patient, width and height as they came, bits, site, scanner, sex, age_band, part, and offset and size in pictures.bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import overload

from engine.datasets.dataset import Dataset, Part

PICTURES = "pictures.bin"


class Pictures(Sequence[bytes]):
    """PNG of each picture, in the order of `dataset.rows(part)`; safe to read from several threads."""

    def __init__(self, path: Path, places: Sequence[tuple[int, int]]) -> None:
        self._path, self._places = path, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> bytes: ...

    @overload
    def __getitem__(self, index: slice) -> Pictures: ...

    def __getitem__(self, index: int | slice) -> bytes | Pictures:
        if isinstance(index, slice):
            return Pictures(self._path, self._places[index])
        offset, size = self._places[index]
        with self._path.open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(size)


def pictures(dataset: Dataset, part: Part) -> Pictures:
    """Return the pictures of one part as PNG bytes, aligned with `dataset.rows(part)`; nothing is read yet."""
    rows = dataset.rows(part)
    return Pictures(dataset.folder / PICTURES, list(zip(rows["offset"].tolist(), rows["size"].tolist(), strict=True)))

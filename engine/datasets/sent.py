"""The rows of a test part to send to somebody else: without their truth, in an order and under ids that tell nothing.

Files often stand sorted by class, so that a row's number, or its place, would hint at the answer.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

from engine.datasets.dataset import Dataset
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

SENT = {"text_classification": "test-rows.csv", "image_classification": "test-pictures.zip"}
"""Task → the name of the file that `rows_to_send` makes."""
ID_LENGTH = 16


def rows_to_send(dataset: Dataset) -> tuple[str, bytes]:
    """Return (file name, content) of the test part without its truth, in the order of its ids (`ids_of`).

    Texts are a CSV of row and text; pictures a ZIP with <row>.png of each. Raises BadInput for lists.
    """
    refuse_lists(dataset)
    rows, ids = dataset.rows("test"), ids_of(dataset).sort_values()
    if "text" in rows:
        sent = rows.loc[ids.index, ["text"]].assign(row=ids)
        return SENT[dataset.task], sent[["row", "text"]].to_csv(index=False).encode("utf-8-sig")
    from engine.datasets.images.open import pictures

    file, found = io.BytesIO(), pictures(dataset, "test")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG does not get smaller
        for place, name in ids.items():
            archive.writestr(f"{name}.png", found[int(str(place))])
    return SENT[dataset.task], file.getvalue()


def ids_of(dataset: Dataset) -> pd.Series:
    """Return the id of each row of `Dataset.rows("test")`, in that order: r and a hash of test part and row number.

    The same whenever it is asked. The letter keeps a spreadsheet from reading a number, and row numbers apart.
    """
    rows = dataset.rows("test")["row"].reset_index(drop=True)
    return rows.map(lambda row: "r" + hashlib.sha256(f"{dataset.test_id} {row}".encode()).hexdigest()[:ID_LENGTH])


def refuse_lists(dataset: Dataset) -> None:
    """Raise BadInput for data whose answers are lists of items."""
    if not dataset.labels:
        raise BadInput(
            "{name} asks for lists of items, and only answers that are classes can be brought in; choose data with "
            "labels.",
            name=dataset.name,
        )

"""A part of the training part, to see what more labels bring: nested, stratified, and nobody in it by halves.

What belongs together (a patient's pictures, a person's interactions, equal texts) is one group, of its rarest class.
Within a class, groups are taken in the order of a hash of their name and a seed until the share is reached. So the rows
of a smaller share are always among those of a larger one, and every class has at least one group.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

GROUPED_BY = ("user", "patient", "text")
"""Columns that tell what belongs together, the first that the rows have; a row without a value stands alone."""


def checked_share(share: float) -> float:
    """Return `share`. Raises BadInput unless it is above 0 and at most 1."""
    if not 0 < share <= 1:  # a NaN compares with nothing
        raise BadInput("The share of the training part is {value}; give one above 0 and at most 1.", value=share)
    return float(share)


def nested(rows: pd.DataFrame, share: float, *, seed: int = 0) -> np.ndarray:
    """Return (N,) bool, which of `rows` (column row, and perhaps label, user, patient, text) make up `share` of them.

    Raises BadInput for a share that is not above 0 and at most 1.
    """
    import pandas as pd

    checked_share(share)
    if share == 1 or not len(rows):
        return np.ones(len(rows), dtype=bool)
    groups = _groups(rows)
    labels = rows["label"] if "label" in rows else pd.Series("", index=rows.index)
    frequency = labels.map(labels.value_counts())
    rarest = pd.DataFrame({"group": groups.to_numpy(), "label": labels.to_numpy(), "n": frequency.to_numpy()})
    rarest = rarest.sort_values(["n", "label"], kind="stable").drop_duplicates("group").set_index("group")
    table = pd.DataFrame({"rows": groups.value_counts(sort=False)})
    table["label"] = rarest["label"].reindex(table.index)
    table["place"] = [hashlib.sha256(f"{seed} {group}".encode()).digest() for group in table.index]
    table = table.sort_values(["label", "place"])
    by_label = table.groupby("label")["rows"]
    before = by_label.cumsum() - table["rows"]
    chosen = table.index[before < share * by_label.transform("sum")]
    return np.asarray(groups.isin(chosen))


def _groups(rows: pd.DataFrame) -> pd.Series:
    """Return the name of each row's group."""
    import pandas as pd

    alone = "row " + rows["row"].astype(str)
    by = next((name for name in GROUPED_BY if name in rows), None)
    if by is None:
        return pd.Series(alone)
    named = rows[by].astype(str)
    return pd.Series((by + " " + named).where(named != "", alone))

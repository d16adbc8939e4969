"""Corrected lists: a CSV of interactions in which each correction is a person, and the same beside what was learned.

A correction says which item was right after a history. The history was there before, nobody says when: it stands at
the first moment of the data, so that no cut through time takes it from what is known; the right item stands at the
moment of the correction.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.config import Settings
from engine.datasets.dataset import Dataset, Options
from engine.datasets.interactions.columns import NO_COLUMN
from engine.datasets.interactions.open import read_items, read_users
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.raw import Raw, add_raw
from engine.errors import BadInput
from engine.files import csv_bytes
from engine.serving.corrections import Correction

if TYPE_CHECKING:
    import pandas as pd

EVENT = "correction"
"""What these rows are called where interactions have events."""


def write(settings: Settings, made: Sequence[Correction]) -> bytes:  # noqa: ARG001 - kinds are called alike
    """Return the corrections as CSV of user, item and timestamp: the places in the history, then the right item."""
    rows = [(c.id, item, place) for c in made for place, item in enumerate((*c.input, c.label))]
    return csv_bytes(("user", "item", "timestamp"), rows)


def merge(settings: Settings, dataset: Dataset, made: Sequence[Correction]) -> tuple[Raw, Options, int]:
    """Return `dataset` with the corrections in it as an upload, and how many those are.

    Each counts as much as the mean interaction. One that gives an answer of the test part away, its right item after
    the very items that somebody there had, stays out. Raises BadInput when none is left.
    """
    learned, test = _named(dataset, ("train", "validation")), _named(dataset, ("test",))
    asked = _asked(learned, test)
    right = [c for c in made if c.label not in asked.get(frozenset(c.input), ())]
    if not right:
        raise BadInput(
            "All {count} corrections of {model} are what the test part asks; learning them would tell nothing. Send "
            "others.",
            count=len(made), model=made[-1].model,
        )  # fmt: skip
    roles = ["user", "item", *(r for r in ("weight", "rating", "time", "event") if learned[r].notna().any())]
    name = f"{dataset.name} + {len(right)}"
    raw = _stored(settings, f"{name}.csv", learned[roles], _rows(right, learned)[roles])
    test_raw = _stored(settings, f"{dataset.name} test.csv", test[roles])
    options, card = dataset.options, dataset.card
    assert isinstance(options, InteractionOptions)
    events = {*learned["event"].dropna(), *test["event"].dropna(), EVENT} if "event" in roles else set()
    columns: dict[str, Any] = {
        f"{r}_column": r if r in roles else NO_COLUMN for r in ("user", "item", "weight", "rating", "time", "event")
    }
    chosen = replace(
        options, name=name, test_raw_id=test_raw.id, cleaning=(), encoding="utf-8", delimiter=",", header=True,
        time_format="iso" if "time" in roles else "", event_weights=dict.fromkeys(sorted(events), 1.0), min_rating=0.0,
        licence=card.licence, commercial_use=card.commercial_use, synthetic=card.synthetic, **columns,
    )  # fmt: skip
    return raw, chosen, len(right)


def _named(dataset: Dataset, parts: Sequence[Any]) -> pd.DataFrame:
    """Return the interactions of `parts` with the ids of users and items, and times as they are written."""
    import pandas as pd

    found = pd.concat([dataset.rows(part) for part in parts], ignore_index=True)
    found["user"], found["item"] = read_users(dataset)[found["user"]], read_items(dataset).ids[found["item"]]
    found["time"] = pd.to_datetime(found["time"], unit="s", utc=True).dt.strftime("%Y-%m-%d %H:%M:%SZ")
    return found


def _asked(learned: pd.DataFrame, test: pd.DataFrame) -> Mapping[frozenset[str], set[str]]:
    """Return what the test part asks: the items that somebody had → those that they took later."""
    wanted = test.groupby("user")["item"].agg(set)
    had = learned[learned["user"].isin(wanted.index)].groupby("user")["item"].agg(frozenset)
    found: dict[frozenset[str], set[str]] = {}
    for user, items in had.items():
        found.setdefault(items, set()).update(wanted[str(user)])
    return found


def _rows(right: Sequence[Correction], learned: pd.DataFrame) -> pd.DataFrame:
    """Return the corrections as interactions, none of them rated."""
    import pandas as pd

    first = learned["time"].min()
    rows = [(c.id, item, when) for c in right for item, when in (*((item, first) for item in c.input), (c.label, c.at))]
    found = pd.DataFrame(rows, columns=["user", "item", "time"])
    return found.assign(weight=learned["weight"].mean(), rating=None, event=EVENT)


def _stored(settings: Settings, filename: str, *frames: pd.DataFrame) -> Raw:
    """Store the rows of `frames`, which have the same columns, as one CSV."""
    pieces = [frame.to_csv(index=False, header=place == 0) for place, frame in enumerate(frames)]
    return add_raw(io.BytesIO("".join(pieces).encode()), filename, settings)

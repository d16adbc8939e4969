"""Corrected texts: a CSV of text and label, and the same beside what a model learned from."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from engine.config import Settings
from engine.datasets.dataset import Dataset, Options
from engine.datasets.raw import Raw, add_raw
from engine.datasets.texts.options import TextOptions
from engine.files import csv_bytes
from engine.serving.corrections import Correction

COLUMNS = ("text", "label")


def write(settings: Settings, made: Sequence[Correction]) -> bytes:  # noqa: ARG001 - kinds are called alike
    """Return the corrections as CSV."""
    return csv_bytes(COLUMNS, [(c.input, c.label) for c in made])


def merge(settings: Settings, dataset: Dataset, made: Sequence[Correction]) -> tuple[Raw, Options, int]:
    """Return `dataset` with the corrections in it as an upload, and how many those are.

    Texts are the same when only case and blanks differ; of several corrections of one, the last counts.
    """
    right = {_same(c.input): (c.input, c.label) for c in made}
    learned = [
        (text, label)
        for part in ("train", "validation")
        for text, label in dataset.rows(part)[["text", "label"]].itertuples(index=False)
        if _same(text) not in right
    ]
    test = dataset.rows("test")[["text", "label"]].itertuples(index=False)
    card, options = dataset.card, dataset.options
    name = f"{dataset.name} + {len(right)}"
    raw = _stored(settings, f"{name}.csv", [*learned, *right.values()])
    test_raw = _stored(settings, f"{dataset.name} test.csv", test)
    chosen = TextOptions(
        name, encoding="utf-8", delimiter=",", header=True, text_column="text", label_column="label",
        test_raw_id=test_raw.id, split_seed=options.split_seed, fractions=options.fractions, licence=card.licence,
        commercial_use=card.commercial_use, synthetic=card.synthetic,
    )  # fmt: skip
    return raw, chosen, len(right)


def _same(text: str) -> str:
    """Return what texts that count as the same have in common: case and blanks aside."""
    return " ".join(text.lower().split())


def _stored(settings: Settings, filename: str, rows: Iterable[Sequence[object]]) -> Raw:
    return add_raw(io.BytesIO(csv_bytes(COLUMNS, rows)), filename, settings)

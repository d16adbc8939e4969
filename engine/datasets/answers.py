"""What somebody else answers to a test part: the answers to the rows that `sent` made.

A file of answers has one row for each row of the test part: its id (or its text), and a label, or the probability of
every class, or both; perhaps the latency and the price of each answer. It is taken whole or not at all.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.names import plain
from engine.datasets.opened import Opened, open_file, read_whole
from engine.datasets.raw import Raw
from engine.datasets.sent import ids_of, refuse_lists
from engine.datasets.table import database
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

NAMES: dict[str, tuple[str, ...]] = {
    "row": ("row", "row_id", "rowid", "id", "file", "filename", "image", "行", "行号", "编号", "文件"),
    "text": ("text", "sentence", "文本", "句子"),
    "label": ("label", "answer", "prediction", "predicted", "class", "标签", "预测", "答案"),
    "latency_ms": ("latency_ms", "latency", "ms", "延迟", "延迟毫秒"),
    "usd": ("usd", "price_usd", "cost_usd", "price", "cost", "价格", "费用"),
}
"""What a column can be → what it is usually called."""
PREFIXES = ("", "p_", "prob_", "probability_")
"""A column with a class's probabilities is called like the class, or so with one of these before it."""
SUM_TOLERANCE = 0.01
"""By how much probabilities may miss 1: as much as rounding them to two places."""
SHOWN = 5


@dataclass(frozen=True)
class Answers:
    """The answers to a whole test part, in the order of `Dataset.rows("test")`."""

    rows: pd.DataFrame
    """The rows of the test part."""
    probabilities: np.ndarray
    """(N, C) summing to 1 a row; 0 and 1 where only labels were given."""
    graded: bool
    """Whether probabilities were given; else nothing that needs them is known."""
    latency_ms: np.ndarray | None
    """(N,) above 0; None: not given."""
    usd: np.ndarray | None
    """(N,) not negative; None: not given."""
    columns: dict[str, str]
    """Role or label → the column it was read from."""


def read_answers(path: Path, filename: str, dataset: Dataset) -> Answers:
    """Return the answers in a CSV or Parquet file. Nothing is stored.

    Raises BadInput, naming value and place, for lists; for an empty file, or one without ids or answers; for ids that
    are unknown, repeated or missing; for labels that are no class; for a cell that is no number, a negative price, a
    latency of 0 or less; for probabilities that are none, do not sum to one, or contradict the label.
    """
    refuse_lists(dataset)
    if path.stat().st_size == 0:
        raise BadInput("{filename} is empty; give a CSV or Parquet file with one answer a row.", filename=filename)
    raw = Raw("", path, filename, path.stat().st_size, "")
    with tempfile.TemporaryDirectory(prefix="breakeven-") as folder, database(Path(folder)) as connection:
        opened = open_file(connection, raw, Path(folder))
        columns = _columns(opened, dataset.labels)
        read = read_whole(connection, opened, Path(folder), list(columns.values()))
        given = connection.execute("SELECT * FROM file ORDER BY row").df()
    if read.rejects:
        raise BadInput(
            "Line {line} of {filename} cannot be read; mend it and give the whole file again.",
            line=read.rejects[0].line,
            filename=filename,
        )
    if not len(given):
        raise BadInput("{filename} has column names and no rows; give one answer a row.", filename=filename)
    given = given.set_axis(["line", *columns], axis=1)
    rows = dataset.rows("test")
    given = _in_order(given, rows, ids_of(dataset))
    probabilities, graded = _answers(given, dataset.labels, columns)
    return Answers(
        rows=rows,
        probabilities=probabilities,
        graded=graded,
        latency_ms=_numbers(given, "latency_ms", columns, above_zero=True) if "latency_ms" in columns else None,
        usd=_numbers(given, "usd", columns) if "usd" in columns else None,
        columns=columns,
    )


def _columns(opened: Opened, labels: Sequence[str]) -> dict[str, str]:
    """Return role or "p " and label → column. Raises BadInput when there is no id or no answer."""
    by_name = {plain(column): column for column in reversed(opened.columns)}
    found = {
        role: next(by_name[plain(n)] for n in names if plain(n) in by_name)
        for role, names in NAMES.items()
        if any(plain(n) in by_name for n in names)
    }
    exact = {column: column for column in opened.columns} | {c.lower(): c for c in reversed(opened.columns)}
    for label in labels:
        names = [p + label for p in PREFIXES] + [p + label.lower() for p in PREFIXES]
        column = next((exact[n] for n in names if n in exact and exact[n] not in found.values()), None)
        if column is not None:
            found[f"p {label}"] = column
    listed = ", ".join(opened.columns[:30])
    if "row" in found:
        found.pop("text", None)
    elif "text" not in found:
        raise BadInput(
            "{filename} has no column with the ids of the rows; call it row. Its columns are: {columns}.",
            filename=opened.raw.filename,
            columns=listed,
        )
    given = [label for label in labels if f"p {label}" in found]
    if given and len(given) < len(labels):
        raise BadInput(
            "{filename} has probabilities of {given} and none of {missing}; give those of every class, or only labels.",
            filename=opened.raw.filename,
            given=", ".join(given),
            missing=", ".join(label for label in labels if label not in given),
        )
    if not given and "label" not in found:
        raise BadInput(
            "{filename} has no answers: add a column label, or one with the probability of each class ({labels}). Its "
            "columns are: {columns}.",
            filename=opened.raw.filename,
            labels=", ".join(labels),
            columns=listed,
        )
    return found


def _in_order(given: pd.DataFrame, rows: pd.DataFrame, sent: pd.Series) -> pd.DataFrame:
    """Return the answers in the order of `rows`, which were `sent` under these ids; their numbers are taken too.

    Raises BadInput for unknown, repeated and missing ids.
    """
    names = sent
    if "row" in given:
        ids = given["row"].map(_id)
        numbers = rows["row"].astype(str)
        wanted = names = numbers if ids.isin(numbers).sum() > ids.isin(sent).sum() else sent
        if (again := ids[ids.duplicated()]).size:
            raise BadInput(
                "Row id {id} is answered {times} times; keep one answer a row.",
                id=str(again.iloc[0]),
                times=int((ids == again.iloc[0]).sum()),
            )
    else:  # the n-th row with a text is answered by the n-th answer to it
        texts, wanted = given["text"].fillna("").str.strip(), rows["text"].str.strip()
        ids = texts + " #" + texts.groupby(texts).cumcount().astype(str)
        wanted = wanted + " #" + wanted.groupby(wanted).cumcount().astype(str)
    unknown = given[~ids.isin(wanted)]
    if len(unknown):
        raise BadInput(
            "Row ids that are not in the test part: {count}, such as {ids}; give back those that were sent.",
            count=len(unknown),
            ids=", ".join(str(v)[:40] for v in unknown["row" if "row" in given else "text"].head(SHOWN)),
        )
    missing = rows[~wanted.isin(ids)]
    if len(missing):
        raise BadInput(
            "{count} of the {rows} rows of the test part have no answer, such as {ids}; all are needed for a fair "
            "comparison.",
            count=len(missing),
            rows=len(rows),
            ids=", ".join(names[missing.index].head(SHOWN)),
        )
    return given.set_axis(ids, axis=0).reindex(wanted.tolist()).reset_index(drop=True)


def _id(cell: Any) -> str:
    """Return an id as the test part writes it: "folder/12.png" and "12.0" are 12."""
    text = str(cell if cell is not None else "").strip().replace("\\", "/").rsplit("/", 1)[-1]
    text = text[:-4] if text.lower().endswith(".png") else text
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _answers(given: pd.DataFrame, labels: Sequence[str], columns: dict[str, str]) -> tuple[np.ndarray, bool]:
    """Return probabilities (N, C), and whether they were given."""
    said = _labels(given, labels) if "label" in given else None
    if f"p {labels[0]}" not in given:
        assert said is not None
        return np.eye(len(labels))[said], False
    p = np.stack([_numbers(given, f"p {label}", columns) for label in labels], axis=1)
    total = p.sum(axis=1)
    off = np.flatnonzero((np.abs(total - 1) > SUM_TOLERANCE) | (p > 1 + SUM_TOLERANCE).any(axis=1))
    if off.size:
        raise BadInput(
            "The probabilities of row {row} sum to {sum}; they must sum to 1.",
            row=_name(given, off[0]),
            sum=round(float(total[off[0]]), 4),
        )
    p /= total[:, None]
    if said is not None:
        other = np.flatnonzero(p[np.arange(len(p)), said] < p.max(axis=1) - 1e-9)
        if other.size:
            raise BadInput(
                "Row {row} is labelled {label} although {likelier} is more probable; leave out the labels or the "
                "probabilities.",
                row=_name(given, other[0]),
                label=labels[said[other[0]]],
                likelier=labels[int(p[other[0]].argmax())],
            )
    return p, True


def _labels(given: pd.DataFrame, labels: Sequence[str]) -> np.ndarray:
    """Return (N,) the place of each label. Raises BadInput for one that is no class."""
    place = {label: i for i, label in enumerate(labels)}
    said = given["label"].fillna("").str.strip()
    wrong = np.flatnonzero(~said.isin(place))
    if wrong.size:
        raise BadInput(
            "The label of row {row} is {label}, which is no class of this data; use one of: {labels}.",
            row=_name(given, wrong[0]),
            label=str(said.iloc[wrong[0]])[:40] or "–",
            labels=", ".join(labels),
        )
    return said.map(place).to_numpy(dtype=np.int64)


def _numbers(given: pd.DataFrame, role: str, columns: dict[str, str], *, above_zero: bool = False) -> np.ndarray:
    """Return a column as (N,) float64. Raises BadInput for what is no number, and for negative ones."""
    found = np.array([_number(cell) for cell in given[role]], dtype=np.float64)
    wrong = np.flatnonzero(~(found > 0 if above_zero else found >= 0))  # a NaN is neither
    if not wrong.size:
        return found
    at = int(wrong[0])
    values = {"column": columns[role], "row": _name(given, at), "value": str(given[role].iloc[at] or "–")[:40]}
    if above_zero:
        raise BadInput("{column} of row {row} is {value}; give a number above 0.", **values)
    raise BadInput("{column} of row {row} is {value}; give a number of 0 or more.", **values)


def _number(cell: Any) -> float:
    """Return a cell as a finite number, NaN when it is none."""
    try:
        value = float(str(cell).strip())
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _name(given: pd.DataFrame, place: int) -> str:
    """Return what tells a row of the file: its id, else its text."""
    return str(given["row" if "row" in given else "text"].iloc[place]).strip()[:40]

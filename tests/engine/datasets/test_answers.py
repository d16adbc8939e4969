"""What vendors answer: taken whole where it is whole, and one sentence for everything that can be wrong with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.config import Settings
from engine.datasets.answers import read_answers
from engine.datasets.dataset import Dataset
from engine.datasets.sent import ids_of, rows_to_send
from engine.datasets.store import add_raw
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import prepare
from engine.errors import BadInput
from engine.scenarios import SCENARIOS
from tests.engine.jobs import write_csv

LABELS = ("negative", "neutral", "positive")
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def dataset(workspace: Path, tmp_path: Path) -> Dataset:
    settings = Settings(home=workspace, offline=True, threads=1)
    raw = add_raw(write_csv(tmp_path / "small.csv"), "small.csv", settings)
    return prepare(raw, TextOptions("small"), settings, usual=USUAL, task="text_classification")


def good(dataset: Dataset) -> pd.DataFrame:
    """Return right answers with probabilities, latency and price, in another order than the test part's."""
    rows = dataset.rows("test")
    table = pd.DataFrame({"row": rows["row"], "label": rows["label"], "latency_ms": 120.5, "usd": 0.0004})
    for label in LABELS:
        table[label] = np.where(rows["label"] == label, 0.8, 0.1)
    return table.sample(frac=1, random_state=0)


def file(tmp_path: Path, table: pd.DataFrame, name: str = "vendor.csv") -> Path:
    path = tmp_path / name
    if name.endswith(".parquet"):
        table.to_parquet(path, index=False)
    else:
        table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["vendor.csv", "vendor.parquet"])
def test_answers_in_any_order_are_those_of_the_rows(dataset: Dataset, tmp_path: Path, name: str) -> None:
    found = read_answers(file(tmp_path, good(dataset), name), name, dataset)
    assert found.graded
    said = np.array(dataset.labels)[found.probabilities.argmax(axis=1)]
    assert (said == dataset.rows("test")["label"]).all()
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    assert found.latency_ms is not None
    assert set(found.latency_ms) == {120.5}
    assert found.usd is not None
    assert found.usd.sum() == pytest.approx(0.0004 * len(found.rows))


def test_labels_alone_are_certain_and_not_graded(dataset: Dataset, tmp_path: Path) -> None:
    found = read_answers(file(tmp_path, good(dataset)[["row", "label"]]), "v.csv", dataset)
    assert not found.graded
    assert set(found.probabilities.ravel()) == {0.0, 1.0}
    assert found.latency_ms is None
    assert found.usd is None


def test_answers_are_found_by_their_text_too(dataset: Dataset, tmp_path: Path) -> None:
    rows = dataset.rows("test").sample(frac=1, random_state=1)
    table = pd.DataFrame({"sentence": rows["text"], "answer": rows["label"]})
    found = read_answers(file(tmp_path, table), "v.csv", dataset)
    assert (np.array(dataset.labels)[found.probabilities.argmax(axis=1)] == dataset.rows("test")["label"]).all()


def test_ids_that_a_spreadsheet_or_a_folder_has_changed_are_known(dataset: Dataset, tmp_path: Path) -> None:
    table = good(dataset)
    table["row"] = [f"pictures/{r}.png" if i % 2 else f"{r}.0" for i, r in enumerate(table["row"])]
    assert len(read_answers(file(tmp_path, table), "v.csv", dataset).rows) == len(table)


def put(column: str, value: object) -> Change:
    """Return what writes `value` into the first row."""

    def change(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**{column: [value, *table[column].iloc[1:]]})

    return change


def contradicted(table: pd.DataFrame) -> pd.DataFrame:
    other = {"negative": "positive", "positive": "negative", "neutral": "positive"}
    return put("label", other[str(table["label"].iloc[0])])(table)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put("row", 99999), "Row ids that are not in the test part: 1, such as 99999"),
        (lambda t: t.iloc[1:], "1 of the .* rows of the test part have no answer, such as"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "is answered 2 times; keep one answer a row"),
        (put("label", "great"), "is great, which is no class of this data; use one of: negative, neutral, positive"),
        (lambda t: put("label", None)(t[["row", "label"]]), "is –, which is no class"),
        (put("positive", 0.95), "sum to 1.*; they must sum to 1"),
        (put("positive", -0.1), "positive of row .* is -0.1; give a number of 0 or more"),
        (put("neutral", "likely"), "neutral of row .* is likely; give a number"),
        (put("negative", "nan"), "negative of row .* is .*; give a number"),
        (put("usd", -1), "usd of row .* is -1.0; give a number of 0 or more"),
        (put("usd", "free"), "usd of row .* is free; give a number of 0 or more"),
        (put("latency_ms", 0), "latency_ms of row .* is 0.0; give a number above 0"),
        (put("latency_ms", "inf"), "latency_ms of row .* is inf; give a number above 0"),
        (contradicted, "is labelled .* although .* is more probable; leave out the labels or the probabilities"),
        (lambda t: t.drop(columns="row"), "has no column with the ids of the rows; call it row"),
        (lambda t: t[["row", "usd"]], "has no answers: add a column label"),
        (lambda t: t.drop(columns="neutral"), "has probabilities of negative, positive and none of neutral"),
        (lambda t: t.iloc[:0], "has column names and no rows"),
    ],
)
def test_what_is_wrong_is_one_sentence(dataset: Dataset, tmp_path: Path, change: Change, words: str) -> None:
    with pytest.raises(BadInput, match=words) as error:
        read_answers(file(tmp_path, change(good(dataset))), "vendor.csv", dataset)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vendor.csv is empty; give a CSV or Parquet file with one answer a row"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "is a PNG image, not a table"),
        (b'row,label\n1,"open\n', "cannot be read; mend it and give the whole file again|not in the test part"),
    ],
)
def test_what_is_no_table_is_one_sentence(dataset: Dataset, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "vendor.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        read_answers(path, "vendor.csv", dataset)


def test_what_is_sent_has_every_row_and_no_truth(dataset: Dataset) -> None:
    name, content = rows_to_send(dataset)
    sent = pd.read_csv(io.BytesIO(content))
    assert name == "test-rows.csv"
    assert list(sent.columns) == ["row", "text"]
    texts = dict(zip(ids_of(dataset), dataset.rows("test")["text"], strict=True))
    assert dict(zip(sent["row"], sent["text"], strict=True)) == texts
    assert rows_to_send(dataset)[1] == content


def test_neither_ids_nor_their_order_tell_the_class_and_answers_under_them_are_known(
    dataset: Dataset, tmp_path: Path
) -> None:
    rows, ids = dataset.rows("test"), ids_of(dataset)
    sent = pd.read_csv(io.BytesIO(rows_to_send(dataset)[1]))["row"]
    assert sent.is_monotonic_increasing
    assert sent.is_unique
    assert not sent.str.contains("|".join(rf"\b{row}\b" for row in rows["row"])).any()
    labels = pd.Series(rows["label"].to_numpy(), index=ids)[sent].tolist()
    assert labels not in (sorted(labels), rows["label"].tolist())
    table = good(dataset)
    table["row"] = [f"pictures/{ids[i]}.png" for i in table.index]
    found = read_answers(file(tmp_path, table), "v.csv", dataset)
    assert (np.array(dataset.labels)[found.probabilities.argmax(axis=1)] == rows["label"]).all()
    with pytest.raises(BadInput, match=f"have no answer, such as {ids[table.index[0]]}"):
        read_answers(file(tmp_path, table.iloc[1:]), "v.csv", dataset)


@pytest.mark.slow
def test_pictures_are_sent_under_their_row_and_lists_are_not(workspace: Path, tmp_path: Path) -> None:
    settings = Settings(home=workspace, offline=True, threads=1)
    pictures = SCENARIOS["medical_imaging"].demo(settings)
    rows = pictures.rows("test")
    name, content = rows_to_send(pictures)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert name == "test-pictures.zip"
        assert archive.namelist() == [f"{row}.png" for row in sorted(ids_of(pictures))]
        assert archive.read(archive.namelist()[0]).startswith(b"\x89PNG")
    table = pd.DataFrame({"file": [f"{row}.png" for row in ids_of(pictures)], "label": rows["label"]})
    assert len(read_answers(file(tmp_path, table), "v.csv", pictures).rows) == len(rows)
    lists = SCENARIOS["recommendation"].demo(settings)
    for ask in (lambda: rows_to_send(lists), lambda: read_answers(file(tmp_path, table), "v.csv", lists)):
        with pytest.raises(BadInput, match="asks for lists of items, and only answers that are classes"):
            ask()

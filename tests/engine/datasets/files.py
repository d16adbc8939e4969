"""Files for the tests of data sets, good and hostile, each made on the spot."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from engine.config import Settings
from engine.datasets.dataset import DataCard, Dataset
from engine.datasets.store import Raw, add_raw
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.prepare import check, prepare

HEADER = "text,label\n"
WORDS = (
    "profit", "sales", "costs", "orders", "debt", "margin", "cash", "plant", "market", "share", "price", "demand",
    "loss", "growth", "staff", "rates",
)  # fmt: skip


def sentence(number: int) -> str:
    """Return a sentence of its own for each number, of fourteen words."""
    picked = random.Random(number).choices(WORDS, k=12)
    return f"case {number} " + " ".join(picked)


def rows(count: int, classes: int = 2, start: int = 0) -> str:
    """Return `count` lines of CSV whose label is c0, c1, … in turn."""
    return "".join(f"{sentence(i)},c{i % classes}\n" for i in range(start, start + count))


def parquet(count: int = 60) -> bytes:
    file = io.BytesIO()
    labels = [i % 2 for i in range(count)]
    pq.write_table(pa.table({"text": [sentence(i) for i in range(count)], "label": labels}), file)
    return file.getvalue()


def archive(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(name, "content")
    return file.getvalue()


def stored(settings: Settings, content: str | bytes, filename: str = "news.csv") -> Raw:
    return add_raw(io.BytesIO(content.encode() if isinstance(content, str) else content), filename, settings)


def checked(settings: Settings, content: str | bytes, filename: str = "news.csv", **options: object) -> TextCard:
    chosen = TextOptions(**{"name": "news", **options})  # type: ignore[arg-type]
    return check(stored(settings, content, filename), chosen, settings, usual=USUAL)


def prepared(settings: Settings, content: str | bytes, filename: str = "news.csv", **options: object) -> Dataset:
    chosen = TextOptions(**{"name": "news", **options})  # type: ignore[arg-type]
    return prepare(stored(settings, content, filename), chosen, settings, usual=USUAL, task="text_classification")


def kinds(card: DataCard, level: str = "") -> set[str]:
    """Return the kinds of a card's problems, of one level or of all."""
    return {p.kind for p in card.problems if level in ("", p.level)}


def left_over(settings: Settings) -> list[Path]:
    """Return what stands in the workspace although it should not: temporary and half-written files."""
    hidden = [p for p in settings.workspace.home.rglob(".*") if p.is_file()]
    return [*settings.workspace.tmp.iterdir(), *hidden]

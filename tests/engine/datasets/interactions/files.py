"""Interactions and items for the tests, made on the spot."""

from __future__ import annotations

import io
import random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.interactions.card import InteractionCard
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import check, prepare
from engine.datasets.store import Raw, add_raw

HEADER = "user,item,rating,timestamp\n"
START = 1_700_000_000


def lines(users: int = 60, items: int = 30, each: int = 10, start: int = START) -> list[str]:
    """Return interactions: each user with `each` different items, an hour apart, the users taking turns."""
    chance = random.Random(0)
    picked = [chance.sample(range(items), each) for _ in range(users)]
    return [
        f"u{user},i{picked[user][turn]},{1 + (user + turn) % 5},{start + 3600 * (turn * users + user)}\n"
        for turn in range(each)
        for user in range(users)
    ]


def interactions(**sizes: int) -> str:
    return HEADER + "".join(lines(**sizes))


def catalogue(items: int = 30, extra: int = 0) -> str:
    """Return items i0, i1, … with titles, texts and two categories; the last `extra` are in no interaction."""
    rows = (f'i{n},Title {n},"What {n} is, in words",Odd|Group {n % 3}\n' for n in range(items + extra))
    return "item,title,description,genres\n" + "".join(rows)


def parquet(columns: dict[str, list[Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def stored(settings: Settings, content: str | bytes, filename: str = "clicks.csv") -> Raw:
    return add_raw(io.BytesIO(content.encode() if isinstance(content, str) else content), filename, settings)


def chosen(settings: Settings, items: str | bytes = "", test: str = "", **options: Any) -> InteractionOptions:
    """Return options with the items and the test file stored."""
    raws = {
        "items_raw_id": stored(settings, items, "items.csv").id if items else "",
        "test_raw_id": stored(settings, test, "test.csv").id if test else "",
    }
    return InteractionOptions(**({"name": "clicks"} | raws | options))


def checked(settings: Settings, content: str | bytes, filename: str = "clicks.csv", **options: Any) -> InteractionCard:
    return check(stored(settings, content, filename), chosen(settings, **options), settings, usual={})


def prepared(settings: Settings, content: str | bytes, filename: str = "clicks.csv", **options: Any) -> Dataset:
    return prepare(stored(settings, content, filename), chosen(settings, **options), settings, usual={}, task="ranking")

"""The read-out of a test of two groups: a table with visitors and conversions, one row a group or many to be summed."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.interactions.names import plain
from engine.datasets.interactions.source import read_file
from engine.datasets.opened import Opened, open_file
from engine.datasets.raw import Raw
from engine.datasets.table import database
from engine.errors import BadInput

NAMES: dict[str, tuple[str, ...]] = {
    "group": ("group", "variant", "arm", "bucket", "version", "组", "组别", "分组", "版本", "实验组"),
    "visitors": ("visitors", "users", "visits", "sessions", "n", "count", "访客", "访客数", "访问", "访问数", "用户数"),
    "conversions": ("conversions", "converted", "orders", "purchases", "sales", "转化", "转化数", "订单", "订单数"),
}
"""What a column can be → what it is usually called, as `plain` writes it."""
MAX_ROWS = 100_000
CONTROL = ("control", "a", "old", "baseline", "popularity", "without", "0", "对照", "对照组", "旧")
"""What the group without the change is usually called."""


@dataclass(frozen=True)
class Arm:
    """One group of a test."""

    name: str
    visitors: int
    conversions: int


def read_arms(raw: Raw) -> tuple[Arm, Arm]:
    """Return the group without the change and the one with it; rows of the same group are summed.

    Raises BadInput for a file without the three columns, with a cell that is no count, or without two groups.
    """
    with tempfile.TemporaryDirectory(prefix="breakeven-") as folder, database(Path(folder)) as connection:
        opened = open_file(connection, raw, Path(folder))
        columns = [_column(opened, role) for role in NAMES]
        read_file(connection, opened, Path(folder), columns, max_rows=MAX_ROWS)
        rows = connection.execute("SELECT row, v0, v1, v2 FROM file ORDER BY row").fetchall()
    sums: dict[str, list[int]] = {}
    for row, group, *cells in rows:
        counts = [_count(cell or "", column, row) for cell, column in zip(cells, columns[1:], strict=True)]
        name = (group or "").strip()
        sums[name] = [a + b for a, b in zip(sums.get(name, [0, 0]), counts, strict=True)]
    if len(sums) != 2:
        raise BadInput(
            "{filename} has {count} groups ({groups}); a test compares two, so give the rows of two groups.",
            filename=raw.filename,
            count=len(sums),
            groups=", ".join(list(sums)[:6]),
        )
    return _ordered([Arm(name, *counts) for name, counts in sums.items()])


def _column(opened: Opened, role: str) -> str:
    found = {plain(column): column for column in reversed(opened.columns)}
    if column := next((found[name] for name in NAMES[role] if name in found), ""):
        return column
    raise BadInput(
        "{filename} has no column called {names}; its columns are: {columns}. Name them group, visitors, conversions.",
        filename=opened.raw.filename,
        names=" / ".join(NAMES[role][:4]),
        columns=", ".join(opened.columns[:30]),
    )


def _count(cell: str, column: str, row: int) -> int:
    try:
        value = float(cell.strip().replace(",", ""))
    except ValueError:
        value = math.nan
    if not (value >= 0 and value.is_integer()):
        raise BadInput("Row {row} has {column} {cell}; give whole numbers.", row=row, column=column, cell=cell or "–")
    return int(value)


def _ordered(arms: Sequence[Arm]) -> tuple[Arm, Arm]:
    first, second = arms
    return (second, first) if plain(second.name) in CONTROL and plain(first.name) not in CONTROL else (first, second)

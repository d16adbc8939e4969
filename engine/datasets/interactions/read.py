"""A first look at a file of interactions or of items, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.datasets.interactions.columns import Found, Usual, detect_interactions, detect_items
from engine.datasets.interactions.source import require_columns
from engine.datasets.opened import FilePreview, look_at, shown


@dataclass(frozen=True, kw_only=True)
class Preview(FilePreview):
    """What a file of interactions or of items seems to be, and its first rows."""

    found: dict[str, str]
    """What a column is taken for → its name. Of interactions: "user", "item", "rating", "weight", "time", "event"; of
    items: "id", "title", "text", "category". What cannot be told is not there."""
    guessed: tuple[str, ...]
    """What was told by the content of a column rather than by its name."""
    events: dict[str, int]
    """Event → rows among the first 200, to weigh events before anything is stored."""
    ids: frozenset[str]
    """Ids of items among the first 200 rows."""


def preview(
    path: Path,
    *,
    filename: str,
    encoding: str = "",
    delimiter: str = "",
    header: bool | None = None,
    usual: Usual | None = None,
    columns: Mapping[str, str] | None = None,
) -> Preview:
    """Return what a file of interactions seems to be; what is given is kept, the rest detected.

    `columns` names columns by what they are ("user" → "who"). Reads every byte once to tell the encoding, and parses
    only the start. Raises BadInput for a file that holds no table, and for a named column that is not there.
    """
    given = {role: name for role, name in (columns or {}).items() if name}

    def tell(names: tuple[str, ...], rows: list[dict[str, str]]) -> Found:
        return detect_interactions(names, rows, usual or {}, given)

    return _look(path, filename, encoding, delimiter, header, given, tell)


def preview_items(
    path: Path,
    *,
    filename: str,
    known_ids: Collection[str] = (),
    usual: Usual | None = None,
    columns: Mapping[str, str] | None = None,
) -> Preview:
    """Return what a file of items seems to be; `known_ids` are ids that interactions name. Raises as `preview`."""
    given, known = {role: name for role, name in (columns or {}).items() if name}, set(known_ids)

    def tell(names: tuple[str, ...], rows: list[dict[str, str]]) -> Found:
        def shared(column: str) -> int:
            return len({row[column].strip() for row in rows if row.get(column)} & known)

        return detect_items(names, usual or {}, given, shared)

    return _look(path, filename, "", "", None, given, tell)


def _look(
    path: Path,
    filename: str,
    encoding: str,
    delimiter: str,
    header: bool | None,
    given: Mapping[str, str],
    tell: Callable[[tuple[str, ...], list[dict[str, str]]], Found],
) -> Preview:
    opened = look_at(path, filename, encoding=encoding, delimiter=delimiter, header=header)
    require_columns(opened, given)
    found = tell(opened.columns, opened.head)
    items = found.columns.get("item", found.columns.get("id", ""))
    return Preview(
        **shown(opened),
        found=found.columns,
        guessed=found.guessed,
        events=_events(opened.head, found.columns.get("event", "")),
        ids=frozenset(row[items].strip() for row in opened.head if row.get(items)),
    )


def _events(rows: list[dict[str, str]], column: str) -> dict[str, int]:
    counts = Counter(value for row in rows if (value := row.get(column, "").strip()))
    return dict(counts.most_common())

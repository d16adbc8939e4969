"""Which column says who, what, how much and when; and which column of the items file says what about an item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.datasets.interactions.names import INTERACTION_NAMES, ITEM_NAMES, plain

MAX_EVENTS = 20
"""A column with more different values than this is not taken for events."""
MAX_ID_CHARS = 500
"""A longer id is left out: it is no id."""
NO_COLUMN = "-"
"""Named in the place of a column: none has that role, whatever the columns are called."""
Rows = Sequence[dict[str, str]]
Usual = Mapping[str, tuple[str, ...]]
"""Role of a column → what such columns are usually called; a scenario may bring its own for some roles."""


@dataclass(frozen=True)
class Found:
    """Role → column, and which roles were told by content rather than by name."""

    columns: dict[str, str]
    guessed: tuple[str, ...] = ()


def detect_interactions(columns: Sequence[str], rows: Rows, usual: Usual, given: Mapping[str, str]) -> Found:
    """Return what the columns of an interactions file are. What was given is kept; names come before content."""
    given, left_out = _without(given)
    found = _by_name(columns, _names(INTERACTION_NAMES, usual, left_out), given)
    for role, sane in SANE.items():
        if role in found and not given.get(role) and not sane(_values(rows, found[role])):
            del found[role]
    guessed = []
    for role, fits in LOOKS.items():
        if (
            role not in found
            and role not in left_out
            and (role in ("user", "item") or "user" not in found or "item" not in found)
        ):
            rest = [c for c in columns if c not in found.values()]
            if column := next((c for c in rest if fits(_values(rows, c))), ""):
                found[role] = column
                guessed.append(role)
    return Found(found, tuple(guessed))


def detect_items(
    columns: Sequence[str],
    usual: Usual,
    given: Mapping[str, str],
    shared_ids: Callable[[str], int],
) -> Found:
    """Return what the columns of an items file are.

    `shared_ids` counts the values of a column that interactions name as items; the column with most of them holds the
    ids, unless one that is called like ids has any.
    """
    given, left_out = _without(given)
    found = _by_name(columns, _names(ITEM_NAMES, usual, left_out), given)
    if "id" in given or ("id" in found and shared_ids(found["id"])):
        return Found(found)
    rest = [c for c in columns if c not in given.values()]
    best = max(rest, key=shared_ids, default="")
    if not best or not shared_ids(best):
        return Found(found)
    others = {role: column for role, column in found.items() if role != "id" and column != best}
    return Found(others | {"id": best}, ("id",))


def _without(given: Mapping[str, str]) -> tuple[dict[str, str], set[str]]:
    """Return the columns that were given, and the roles that no column is to have."""
    left_out = {role for role, name in given.items() if name == NO_COLUMN}
    return {role: name for role, name in given.items() if role not in left_out}, left_out


def _names(known: Usual, usual: Usual, left_out: set[str]) -> Usual:
    return {role: usual.get(role, names) for role, names in known.items() if role not in left_out}


def _by_name(columns: Sequence[str], usual: Usual, given: Mapping[str, str]) -> dict[str, str]:
    """Return the given columns, and for the other roles the column with the most usual name."""
    found = dict(given)
    for role, names in usual.items():
        free = {plain(c): c for c in reversed(columns) if c not in found.values()}
        if role not in found and (column := next((free[n] for n in map(plain, names) if n in free), "")):
            found[role] = column
    return found


def _values(rows: Rows, column: str) -> list[str]:
    return [value for row in rows if (value := row.get(column, "").strip())]


def _looks_like_events(values: Sequence[str]) -> bool:
    return bool(values) and len(set(values)) <= min(MAX_EVENTS, max(1, len(values) // 2))


def _some_numbers(values: Sequence[str]) -> bool:
    """Tell that a column holds numbers, or a few words in their place, which the card then speaks of."""
    return bool(values) and (_share(values, _number) > 0 or _looks_like_events(values))


def _looks_like_times(values: Sequence[str]) -> bool:
    dates = r"\d{4}[-/年]\d{1,2}[-/月]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
    return bool(values) and _share(values, lambda v: bool(re.match(dates, v)) or _unix_time(v)) >= 0.9


def _looks_like_words(values: Sequence[str]) -> bool:
    return len(values) >= 10 and len(set(values)) > 1 and _looks_like_events(values) and not _share(values, _number)


def _looks_like_ratings(values: Sequence[str]) -> bool:
    """Tell numbers of which a handful repeat; a rating has at most 21 steps, from 0 to 10 by halves."""
    return len(values) >= 10 and len(set(values)) <= min(21, len(values) // 4) and _share(values, _rating) == 1


def _looks_like_ids(values: Sequence[str]) -> bool:
    """Tell short values that are no running number of the rows."""
    if not values or max(map(len, values)) > 64:
        return False
    numbers = [int(v) for v in values if re.fullmatch(r"\d{1,18}", v)]
    counts_up = len(numbers) == len(values) > 2 and all(b - a == 1 for a, b in pairwise(numbers))
    return not counts_up


LOOKS: dict[str, Callable[[Sequence[str]], bool]] = {
    "time": _looks_like_times,
    "event": _looks_like_words,
    "rating": _looks_like_ratings,
    "user": _looks_like_ids,
    "item": _looks_like_ids,
}
"""Role → what its values look like, the surest first."""
SANE: dict[str, Callable[[Sequence[str]], bool]] = {
    "event": _looks_like_events,
    "rating": _some_numbers,
    "weight": _some_numbers,
}
"""Role → what its values must look like when only the name of the column speaks for it."""


def _number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _rating(value: str) -> bool:
    return _number(value) and -10 <= float(value.replace(",", ".")) <= 100


def _unix_time(value: str) -> bool:
    return _number(value) and 1e8 <= float(value.replace(",", ".")) < 1e17


def _share(values: Iterable[str], fits: Callable[[str], bool]) -> float:
    answers = [fits(value) for value in values]
    return sum(answers) / len(answers) if answers else 0.0

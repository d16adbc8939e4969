"""A case as short texts by name: what a link carries, a file keeps, and a form edits.

An assumption is `likely`, or `low~likely~high`; a list is its rows joined by `;`, the fields of a row by `~`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.economics.business.assumptions import ASSUMPTIONS, CHANNELS, SEGMENTS
from engine.economics.business.case import Case, Credit, Hire, Once, Round, check
from engine.economics.business.obligations import Obligation
from engine.economics.business.spread import Spread, certain
from engine.economics.regulations import regulation
from engine.errors import BadInput
from engine.messages import Message

FIELD, ROW = "~", ";"
SUMS = tuple(f"mix.{s}." for s in SEGMENTS) + tuple(f"leads.{c}." for c in CHANNELS)
"""Beginnings of keys whose values add up to 1, so that they only hold together."""


def written(case: Case) -> dict[str, str]:
    """Return everything a case assumes."""
    lists: dict[str, tuple[Any, ...]] = {name: getattr(case, name) for name in ROWS}
    return {
        **{key: spread_text(spread) for key, spread in case.spreads.items()},
        "streams": FIELD.join(sorted(case.streams)),
        "currency": case.currency,
        "start": case.start,
        **{name: rows_text(rows) for name, rows in lists.items()},
    }


def rows_text(rows: Iterable[Hire | Round | Credit | Once | Obligation]) -> str:
    """Return a list of a case as `changed` reads it."""
    return ROW.join(_row(item) for item in rows)


def changes(case: Case, base: Case) -> dict[str, str]:
    """Return what `case` assumes otherwise than `base`; read back by `changed`."""
    before = written(base)
    return {key: text for key, text in written(case).items() if text != before[key]}


def changed(base: Case, said: Mapping[str, str]) -> tuple[Case, dict[str, Message]]:
    """Return `base` with what `said` changes, and by key what is wrong with the rest, for which `base` holds.

    Keys that are no part of a case are left alone.
    """
    problems: dict[str, Message] = {}
    spreads = dict(base.spreads)
    for key in ASSUMPTIONS.keys() & said.keys():
        try:
            spreads[key] = check(ASSUMPTIONS[key], read_spread(said[key]))
        except BadInput as error:
            problems[key] = error.message
    case = _with_sums(base, spreads, said, problems)
    for name, read in READERS.items():
        if name in said:
            try:
                case = replace(case, **{name: read(said[name])})
            except BadInput as error:
                problems[name] = error.message
    return case, problems


def read_case(said: Mapping[str, str], base: Case) -> Case:
    """Return the case that `written` wrote. Raises BadInput for the first thing that is wrong with it."""
    case, problems = changed(base, said)
    if problems:
        raise BadInput(next(iter(problems.values())))
    return case


def read_spread(text: str) -> Spread:
    """Return the spread a text says. Raises BadInput."""
    parts = text.split(FIELD)
    if len(parts) not in {1, 3}:
        raise BadInput("{text} is no assumption; write one number, or low~likely~high.", text=text[:40])
    values = [_number(part) for part in parts]
    return certain(values[0]) if len(values) == 1 else Spread(*values)


def spread_text(spread: Spread) -> str:
    """Return what `read_spread` reads."""
    values = (spread.likely,) if spread.certain else (spread.low, spread.likely, spread.high)
    return FIELD.join(f"{v:.12g}" for v in values)


def _with_sums(base: Case, spreads: dict[str, Spread], said: Mapping[str, str], problems: dict[str, Message]) -> Case:
    """Return `base` with `spreads`, but with its own shares where those said do not add up."""
    for start in SUMS:
        keys = [k for k in ASSUMPTIONS if k.startswith(start)]
        if not said.keys() & set(keys):
            continue
        try:
            replace(base, spreads={**base.spreads, **{k: spreads[k] for k in keys}})
        except BadInput as error:
            problems[keys[0]] = error.message
            spreads.update({k: base.spreads[k] for k in keys})
    return replace(base, spreads=spreads)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadInput("{text} is no number.", text=text[:20] or "–") from error


def _count(text: str) -> int:
    value = _number(text)
    if value != value or abs(value) > 1e9 or value != int(value):
        raise BadInput("{text} is no month; give a whole number.", text=text[:20])
    return int(value)


def _plain(text: str) -> str:
    return text.replace(FIELD, " ").replace(ROW, " ").strip()[:60]


def _source(text: str) -> str:
    """Return where something comes from as a row can hold it; a web address still leads to its place."""
    return text.replace(FIELD, "%7E").replace(ROW, ",").strip()


def _spread_in_row(text: str) -> Spread | None:
    return read_spread(text.replace("_", FIELD)) if text else None


def _row(item: Hire | Round | Credit | Once | Obligation) -> str:
    return FIELD.join(_part(getattr(item, name), read) for name, read in ROWS[_list_of(item)].items())


def _part(value: Any, read: Callable[[str], Any]) -> str:
    if isinstance(value, Spread):
        return spread_text(value).replace(FIELD, "_")
    return str(read(value)) if isinstance(value, str) else f"{value:.12g}"


def _list_of(item: object) -> str:
    return {Hire: "hires", Round: "rounds", Credit: "credits", Once: "once", Obligation: "rules"}[type(item)]


ROWS: dict[str, dict[str, Callable[[str], Any]]] = {
    "hires": {
        "role": _plain, "team": str, "people": _number, "month": _count, "usd_month": _number, "hiring_months": _count,
    },
    "rounds": {
        "name": _plain, "investor": str, "instrument": str, "month": _count, "usd": _number, "dilution": _number,
        "discount": _number, "pool": _number,
    },
    "credits": {"name": _plain, "usd": _number, "month": _count, "last_month": _count},
    "once": {"name": _plain, "month": _count, "usd": _spread_in_row},
    "rules": {"rule": str, "usd": _spread_in_row, "months": _spread_in_row, "source": _source},
}  # fmt: skip
"""Each list's fields in their order, and how a text becomes one."""


def _obligation(rule: str, usd: Spread | None, months: Spread | None, source: str) -> Obligation:
    """Return a rule of the plan. Raises BadInput where it has no cost or time: neither is ever taken for granted."""
    name = regulation(rule).title
    if usd is None:
        raise BadInput("{name} has no cost in the plan; ask for an offer and enter low, likely and high.", name=name)
    if months is None:
        raise BadInput("{name} has no months in the plan; ask how long it takes and enter low, likely and high.",
                       name=name)  # fmt: skip
    return Obligation(rule, usd, months, source)


MADE: dict[str, Callable[..., Any]] = {
    "hires": Hire, "rounds": Round, "credits": Credit, "once": Once, "rules": _obligation,
}  # fmt: skip


def _reader(name: str) -> Callable[[str], Any]:
    def read(text: str) -> tuple[Any, ...]:
        return tuple(_item(name, row.split(FIELD)) for row in text.split(ROW) if row)

    return read


def _item(name: str, parts: list[str]) -> Any:
    fields = ROWS[name]
    if len(parts) != len(fields):
        raise BadInput(
            "{text} is no row of this list; it needs {n} fields.", text=FIELD.join(parts)[:40], n=len(fields)
        )
    return MADE[name](**{field: read(part) for (field, read), part in zip(fields.items(), parts, strict=True)})


READERS: dict[str, Callable[[str], Any]] = {
    "streams": lambda text: frozenset(part for part in text.split(FIELD) if part),
    "currency": str,
    "start": str,
    **{name: _reader(name) for name in ROWS},
}

"""Fields whose value stands in the URL. One that cannot be is explained beneath its field, and the usual one holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.shared import address
from pages.shared.i18n import md, tr
from pages.shared.numbers import number as written

Write = Callable[[float], str]


def number(
    label: str,
    *,
    key: str,
    fallback: float,
    low: float,
    high: float,
    step: float = 1.0,
    whole: bool = False,
    **more: Any,
) -> float:
    """Draw a field for a number from `low` to `high`, with its value in the URL parameter `key`; return the number."""
    said = address.query().get(key)
    value, wrong = _read(said, fallback, low, high, written)
    kind: type[int] | type[float] = int if whole else float
    st.session_state[key] = kind(value)
    found = st.number_input(
        label, min_value=kind(low), max_value=kind(high), step=kind(step), key=key, on_change=_put, args=(key,), **more
    )
    _explain(wrong)
    return float(found)


def slider(
    label: str, scale: list[float], *, key: str, fallback: float, write: Write, low: float, high: float, **more: Any
) -> float:
    """Draw a slider over `scale` with its value in the URL parameter `key`; the URL may hold a value between."""
    value, wrong = _read(address.query().get(key), fallback, low, high, write)
    options = sorted({*scale, value})
    st.session_state[key] = value
    found = st.select_slider(label, options, format_func=write, key=key, on_change=_put, args=(key,), **more)
    _explain(wrong)
    return float(found)


def toggle(label: str, *, key: str, fallback: bool, **more: Any) -> bool:
    """Draw a switch with its value in the URL parameter `key`: 1 or 0."""
    said = address.query().get(key)
    st.session_state[key] = fallback if said not in {"0", "1"} else said == "1"
    return bool(st.toggle(label, key=key, on_change=_put_switch, args=(key,), **more))


def known(label: str, names: Mapping[str, str], *, key: str, fallback: str, gone: str = "", **more: Any) -> str:
    """Draw a list over `names`; a name in the URL that is not among them is said to be `gone`."""
    said = address.recall(key)
    chosen = address.choice(st.selectbox, label, names, key=key, fallback=fallback, **more)
    if gone and said and said not in names:
        st.caption(f":red[{md(gone.format(name=said, other=names[chosen]))}]")
    return chosen


def several(label: str, names: Mapping[str, str], *, key: str, most: int, gone: str, **more: Any) -> list[str]:
    """Draw a list over `names` of which up to `most` can be chosen; return their ids.

    The URL parameter `key` holds them, joined by commas; one that is not among them is said to be `gone`.
    """
    said = [part for part in address.recall(key).split(",") if part]
    st.session_state[key] = [part for part in dict.fromkeys(said) if part in names][:most]
    st.multiselect(label, list(names), format_func=lambda k: names.get(k, k), key=key, max_selections=most,
                   placeholder=tr("Nothing"), on_change=_put_several, args=(key,), **more)  # fmt: skip
    for part in (p for p in said if p not in names):
        st.caption(f":red[{md(gone.format(name=part[:40]))}]")
    return list(st.session_state[key])


def decades(lowest: int, highest: int) -> list[float]:
    """Return 1, 2 and 5 times every power of ten from 10^lowest to 10^highest."""
    return [float(m * 10**e) for e in range(lowest, highest) for m in (1, 2, 5)] + [float(10**highest)]


def _read(said: str | None, fallback: float, low: float, high: float, write: Write) -> tuple[float, str]:
    """Return the number an address holds, and what is wrong with it."""
    if said is None:
        return fallback, ""
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and low <= value <= high:
        return value, ""
    wrong = tr(
        "The address says {text}; give {low} to {high}. {usual} is used.",
        text=said[:20], low=write(low), high=write(high), usual=write(fallback),
    )  # fmt: skip
    return fallback, wrong


def _explain(wrong: str) -> None:
    if wrong:
        st.caption(f":red[{md(wrong)}]")


def _put(key: str) -> None:
    value = st.session_state[key]
    if value is not None:
        address.remember(key, f"{value:.12g}")


def _put_several(key: str) -> None:
    chosen = st.session_state[key]
    if chosen:
        address.remember(key, ",".join(chosen))
    else:
        address.remember(key, None)


def _put_switch(key: str) -> None:
    address.remember(key, str(int(st.session_state[key])))

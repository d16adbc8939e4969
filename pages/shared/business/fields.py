"""Fields for assumptions: low, likely, high. The address holds their values; what cannot be is explained beneath."""

from __future__ import annotations

import math

import streamlit as st

from engine.economics.business.assumptions import ASSUMPTIONS, STREAMS, Assumption
from engine.economics.business.benchmarks import benchmarks
from engine.economics.business.case import CURRENCIES, Case
from engine.economics.business.link import FIELD, read_spread, spread_text, written
from engine.economics.business.obligations import waits
from engine.economics.business.spread import Spread
from engine.errors import BadInput
from engine.messages import Message
from pages.shared import address
from pages.shared.business.case import Open
from pages.shared.frame import badge, say
from pages.shared.i18n import md, tr, tr_message
from pages.shared.numbers import number, percent

ENDS = ("low", "likely", "high")
HEADLINE = ("price.starter", "price.team", "price.company", "conversion.small", "churn.small", "spend.growth")
"""What one asks about first."""


def factor(assumption: Assumption) -> float:
    """Return what one unit on screen is: shares are shown as percentages."""
    return 0.01 if assumption.unit.startswith("share") else 1.0


def unit_words(assumption: Assumption, case: Case) -> str:
    """Return the unit of an assumption as it stands behind its name."""
    return {
        "USD": "US$", "price": case.currency, "share": "%", "share a month": "%", "months": tr("months"),
        "days": tr("days"), "count": "", "factor": "×",
    }[assumption.unit]  # fmt: skip


def title(key: str, case: Case) -> str:
    """Return the name of an assumption with its unit; of a payment once or a rule, its own name."""
    if key.startswith("once."):
        return case.once[int(key.partition(".")[2])].name
    if key.startswith("rules."):
        _, place, what = key.split(".")
        name = tr_message(case.rules[int(place)].title)
        return tr("{name}, cost (US$)", name=name) if what == "usd" else tr("{name}, months", name=name)
    assumption = ASSUMPTIONS[key]
    unit = unit_words(assumption, case)
    return tr_message(assumption.title) + (f" ({unit})" if unit else "")


def value_words(key: str, value: float) -> str:
    """Return one value of an assumption as the reader writes it."""
    if key in ASSUMPTIONS and ASSUMPTIONS[key].unit.startswith("share"):
        return percent(value, 1 if abs(value) < 0.2 else 0)
    return number(value)


def spread_words(key: str, spread: Spread) -> str:
    """Return a spread as the reader writes it."""
    likely = value_words(key, spread.likely)
    if spread.certain:
        return likely
    return tr("{likely} ({low} to {high})", likely=likely, low=value_words(key, spread.low),
              high=value_words(key, spread.high))  # fmt: skip


def sliders(opened: Open) -> None:
    """Draw a slider for the likely value of what one asks about first."""
    for key in HEADLINE:
        assumption, spread = ASSUMPTIONS[key], opened.case.spreads[key]
        scale, start = factor(assumption), opened.kept.spreads[key]
        most = max(2.5 * start.high, spread.likely) / scale
        least = min(0.0, spread.likely / scale)
        step = _step(most)
        place = f"slide-{key}"
        st.session_state[place] = float(spread.likely / scale)
        st.slider(
            title(key, opened.case), least, float(math.ceil(most / step) * step), key=place, step=step, format="%.12g",
            on_change=_slid, args=(key, opened.kept),
        )  # fmt: skip
        explain(opened, key)


def _step(most: float) -> float:
    """Return a round step of which there are some dozens up to `most`."""
    raw = max(most, 1e-6) / 100
    power = 10 ** math.floor(math.log10(raw))
    return float(next(m for m in (1, 2, 5, 10) if m * power >= raw) * power)


def _slid(key: str, kept: Case) -> None:
    likely = st.session_state[f"slide-{key}"] * factor(ASSUMPTIONS[key])
    said = address.query().get(key)
    try:
        now = read_spread(said) if said else kept.spreads[key]
    except BadInput:
        now = kept.spreads[key]
    put(key, spread_text(now.moved(likely)), kept)


def group(opened: Open, name: str) -> None:
    """Draw the fields of one group of assumptions."""
    shown = [a for a in ASSUMPTIONS.values() if a.group == name and opened.case.uses(a.key)]
    if not shown:
        st.caption(tr("Nothing of this plays a part in what customers pay for."))
        return
    sources = [benchmarks()[a.key] for a in shown if a.key in benchmarks()]
    badge("assumed", "\n\n".join(tr("{name}, {date}: {where}", name=b.source.name, date=b.source.as_of,
                                     where=b.source.where) for b in sources))  # fmt: skip
    for assumption in (a for a in shown if a.uncertain):
        _spread(opened, assumption)
    plain = [a for a in shown if not a.uncertain]
    if plain:
        with st.grid(2, min_column_width=150):
            for assumption in plain:
                with st.container(gap="xxsmall"):
                    _plain(opened, assumption)


def _spread(opened: Open, assumption: Assumption) -> None:
    """Draw low, likely and high of one assumption on one line."""
    key, name = assumption.key, title(assumption.key, opened.case)
    with st.container(gap="xxsmall"):
        st.caption(md(name))
        words = {"low": tr("at least"), "likely": tr("most likely"), "high": tr("at most")}
        with st.grid(3, min_column_width=70, gap="xsmall"):
            for end, value in zip(ENDS, _said(opened, key), strict=True):
                place = f"{key}:{end}"
                st.session_state[place] = value / factor(assumption)
                st.number_input(
                    f"{name}, {words[end]}", key=place, label_visibility="collapsed", format="%.10g", step=None,
                    placeholder=words[end], on_change=_typed, args=(key, opened.kept),
                )  # fmt: skip
        explain(opened, key)


def _plain(opened: Open, assumption: Assumption) -> None:
    key = assumption.key
    st.session_state[key + ":one"] = _said(opened, key)[1] / factor(assumption)
    st.number_input(title(key, opened.case), key=key + ":one", format="%.10g", on_change=_typed_one,
                    args=(key, opened.kept))  # fmt: skip
    explain(opened, key)
    if key == "launch" and (held := waits(opened.case)):
        st.caption(say(held))


def _said(opened: Open, key: str) -> tuple[float, float, float]:
    """Return the three numbers the address holds, whether or not they can be; else those of the case."""
    spread = opened.case.spreads[key]
    kept = (spread.low, spread.likely, spread.high)
    said = address.recall(key)
    try:
        values = [float(part) for part in said.split(FIELD)]
    except ValueError:
        return kept
    if len(values) not in {1, 3} or not all(math.isfinite(v) and abs(v) < 1e15 for v in values):
        return kept
    return (values[0], values[len(values) // 2], values[-1])


def _typed(key: str, kept: Case) -> None:
    scale = factor(ASSUMPTIONS[key])
    values = [st.session_state[f"{key}:{end}"] for end in ENDS]
    if all(v is not None for v in values):
        texts = [f"{v * scale:.12g}" for v in values]
        put(key, texts[0] if len(set(texts)) == 1 else FIELD.join(texts), kept)


def _typed_one(key: str, kept: Case) -> None:
    value = st.session_state[key + ":one"]
    if value is not None:
        put(key, f"{value * factor(ASSUMPTIONS[key]):.12g}", kept)


def put(key: str, text: str, kept: Case) -> None:
    """Write a part of the case to the address, or take it out where it is as it was kept."""
    if text == written(kept)[key]:
        address.remember(key, None)
    else:
        address.remember(key, text)


def explain(opened: Open, key: str) -> None:
    if problem := opened.problems.get(key):
        st.caption(f":red[{say(_on_screen(problem, key))}]")


def _on_screen(problem: Message, key: str) -> Message:
    """Return a message with its numbers in the unit of the field: shares as percentages."""
    scale = factor(ASSUMPTIONS[key]) if key in ASSUMPTIONS else 1.0
    values = {
        k: float(f"{v / scale:.6g}") if isinstance(v, int | float) and not isinstance(v, bool) else v
        for k, v in problem.values.items()
    }
    return Message(problem.text, **values)


def streams(opened: Open) -> None:
    """Draw what customers pay for, the currency of the prices, and the first month."""
    names = {key: tr_message(text) for key, text in STREAMS.items()}
    st.session_state["streams:pick"] = [k for k in names if k in opened.case.streams]
    st.pills(
        tr("What customers pay for"), list(names), selection_mode="multi", format_func=lambda k: names[k],
        key="streams:pick", on_change=_picked, args=(opened.kept,),
    )  # fmt: skip
    explain(opened, "streams")
    with st.grid(2, min_column_width=120):
        st.session_state["currency:pick"] = opened.case.currency
        st.selectbox(tr("Currency of the prices"), list(CURRENCIES), key="currency:pick", on_change=_chose,
                     args=("currency", opened.kept))  # fmt: skip
        st.session_state["start:pick"] = address.query().get("start", opened.case.start)
        st.text_input(tr("First month"), key="start:pick", on_change=_chose, args=("start", opened.kept), max_chars=7)
    explain(opened, "currency")
    explain(opened, "start")


def _picked(kept: Case) -> None:
    picked = st.session_state["streams:pick"] or []
    put("streams", FIELD.join(sorted(picked)), kept)


def _chose(key: str, kept: Case) -> None:
    put(key, str(st.session_state[f"{key}:pick"]), kept)

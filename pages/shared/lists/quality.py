"""Whether a recommender beats popularity, for whom it works, what of the catalogue it shows, and what that is worth."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.messages import Message
from pages.shared import words
from pages.shared.charts import lists, style
from pages.shared.frame import say, strong
from pages.shared.i18n import md, tr
from pages.shared.lists import examples, value
from pages.shared.numbers import number, percent

FIRST = "ndcg_at_10"
POPULARITY = "popularity"


def draw(report: dict[str, Any]) -> None:
    """Draw the run of `report` against popularity, by activity, over the catalogue, on a few people, and its worth."""
    block, color = report["quality"], style.recipe_color(report["recipe"])
    itself = report["recipe"] == POPULARITY
    bar = tr("This is popularity itself: the bar that every other recipe has to clear")
    st.subheader(bar if itself else against_words(block, FIRST), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        against_popularity(report, block, color)
    with right:
        by_activity(report, block, color)
    catalogue(block)
    for note in block.get("notes", ()):
        st.caption(f":material/info: {say(Message.from_json(note))}")
    examples.draw(report)
    if not itself:
        value.draw(report)


def real(interval: dict[str, Any]) -> bool:
    """Return whether the interval of a difference leaves out 0."""
    return interval["low"] is not None and (interval["low"] > 0 or interval["high"] < 0)


def against_words(block: dict[str, Any], metric: str) -> str:
    """Return whether the run is better than popularity, in words."""
    difference = block["against_popularity"][metric]
    places = {
        "metric": words.metric_name(metric),
        "mine": number(block["metrics"][metric]["value"], 3),
        "theirs": number(block[POPULARITY][metric]["value"], 3),
    }
    if not real(difference):
        return tr("No real difference from popularity: {metric} {mine} against {theirs}", **places)
    if difference["value"] > 0:
        return tr("Better than popularity: {metric} {mine} against {theirs}", **places)
    return tr("Worse than popularity: {metric} {mine} against {theirs}", **places)


def against_popularity(report: dict[str, Any], block: dict[str, Any], color: str) -> None:
    """Draw the run and popularity on the same people, with their intervals."""
    strong(tr("The same people, shown what is popular instead"))
    names = [tr("This model"), tr("Popularity, one list for everybody")]
    sides = [block["metrics"][FIRST], block[POPULARITY][FIRST]]
    frame = pd.DataFrame([{"name": n, **ends(i)} for n, i in zip(names, sides, strict=True)])
    colors = [color, style.NEUTRAL]
    made = style.kept(
        (report["run_id"], "against"), lambda: lists.against(frame, colors, words.metric_name(FIRST) + tr(" (0–1)"))
    )
    difference = block["against_popularity"][FIRST]
    alt = tr(
        "{sentence}. The difference is {d} (95%: {low} to {high}).",
        sentence=against_words(block, FIRST),
        d=number(difference["value"], 3),
        low=number(difference["low"], 3),
        high=number(difference["high"], 3),
    )
    style.draw(made, alt, table(block), key="against")
    st.caption(alt)


def ends(interval: dict[str, Any]) -> dict[str, float]:
    """Return value, low and high of an interval; without one, the value itself."""
    value_ = float(interval["value"])
    return {
        "value": value_,
        "low": value_ if interval["low"] is None else float(interval["low"]),
        "high": value_ if interval["high"] is None else float(interval["high"]),
    }


def table(block: dict[str, Any]) -> pd.DataFrame:
    """Return every metric of the run, of popularity, and their difference."""
    rows = []
    for name, mine in block["metrics"].items():
        if name not in block[POPULARITY]:
            continue
        difference = block["against_popularity"][name]
        rows.append(
            {
                tr("Metric"): words.metric_name(name),
                tr("This model"): number(mine["value"], 3),
                tr("Popularity"): number(block[POPULARITY][name]["value"], 3),
                tr("Difference"): number(difference["value"], 3),
                tr("95% of it"): f"{number(difference['low'], 3)} – {number(difference['high'], 3)}",
                tr("Real?"): tr("yes") if real(difference) else tr("no real difference"),
            }
        )
    return pd.DataFrame(rows)


def by_activity(report: dict[str, Any], block: dict[str, Any], color: str) -> None:
    """Draw how well it works for people with short and long histories."""
    rows = [
        {"name": spread(s), "rows": s["rows"], **ends(s[FIRST])}
        for s in block["slices"]
        if s.get("kind") == "history" and FIRST in s
    ]
    if not rows:
        return
    worst = min(rows, key=lambda row: float(row["value"]))
    said = tr("It works least for people with {span} items before", span=worst["name"])
    strong(said)
    frame = pd.DataFrame(rows)
    title = words.metric_name(FIRST) + tr(" (0–1)")
    made = style.kept((report["run_id"], "activity"), lambda: lists.by_activity(frame, color, title))
    names = {"name": tr("Items before"), "rows": tr("People"), "value": title, "low": tr("Low"), "high": tr("High")}
    style.draw(made, said, frame.round(3).rename(columns=names), key="activity")


def spread(piece: dict[str, Any]) -> str:
    """Return the lengths of history of one group."""
    low, high = piece["from"], piece["to"]
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def catalogue(block: dict[str, Any]) -> None:
    """Draw what of the catalogue people get to see."""
    found = block["catalogue"]
    said = tr(
        "It shows {mine} of the catalogue; popularity shows {theirs}",
        mine=percent(found["coverage"]),
        theirs=percent(found["popularity_coverage"], 1),
    )
    strong(said)
    with st.grid(3, min_column_width=180):
        with st.container(gap="xxsmall"):
            st.metric(
                tr("Catalogue coverage"),
                percent(found["coverage"]),
                help=tr("The share of the items that at least one person was shown."),
            )
            st.caption(tr("of {n} items", n=found["items"]))
        with st.container(gap="xxsmall"):
            st.metric(
                tr("Novelty"),
                tr("{n} bits", n=number(found["novelty"]["value"], 1)),
                help=tr(
                    "How surprising what is shown is: what half of all people have taken has 1 bit, what a hundredth "
                    "have taken has 6.6."
                ),
            )
            st.caption(tr("popularity: {n} bits", n=number(found["popularity_novelty"], 1)))
        with st.container(gap="xxsmall"):
            st.metric(
                tr("Popularity bias"),
                percent(found["head_share"]["value"]),
                help=tr("The share of what is shown that belongs to the most taken tenth of the catalogue."),
            )
            st.caption(md(tr("that tenth has {share} of the interactions", share=percent(found["data_head_share"]))))

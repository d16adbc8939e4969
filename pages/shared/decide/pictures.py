"""Pictures and tables of the Decide page: how firm the choice is, the front, every option, and those left out."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.analytics.question import Answered
from engine.reports.recommendation import why_excluded
from engine.reports.speech import Speech
from engine.reports.wording import of_hundred
from engine.scenarios import SCENARIOS
from pages.shared import words
from pages.shared.axes import Axis, axes
from pages.shared.charts import decide as charts
from pages.shared.charts import style, tradeoff
from pages.shared.compare import picture_frame
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, number, percent

MOST_BARS = 8


def stability(found: Answered, speech: Speech, key: Hashable) -> None:
    """Draw how often each option wins over all weightings, and if everything were measured again."""
    shown = [r for r in found.decision.ranked if r.on_front or r.by_measurements > 0][:MOST_BARS]
    if not shown:
        return
    first = shown[0]
    title = tr(
        "{option} wins under {weightings} of 100 weightings and in {measured} of 100 repetitions",
        option=speech.say(first.option.name), weightings=of_hundred(first.by_weightings),
        measured=of_hundred(first.by_measurements),
    )  # fmt: skip
    st.subheader(md(title), anchor=False)
    frame = pd.DataFrame(
        {
            "name": [speech.say(r.option.name) for r in shown],
            "recipe": [str(found.rows[r.option.id]["recipe"]) for r in shown],
            "weightings": [r.by_weightings for r in shown],
            "measurements": [r.by_measurements for r in shown],
        }
    )
    names = {"name": tr("Option"), "weightings": tr("Over all weightings"), "measurements": tr("If measured again")}
    made = style.kept(("stability", key), lambda: charts.stability(frame))
    style.draw(made, title, frame[list(names)].round(3).rename(columns=names), key="stability")
    badge("projected", tr(
        "10,000 weightings drawn evenly from all there are; figures drawn from their 95% intervals, those of the same "
        "rule together. In {nobody} of repetitions no option holds the limits.", nobody=percent(found.decision.nobody),
    ))  # fmt: skip


def front(found: Answered, speech: Speech, key: Hashable) -> None:
    """Draw quality on the test part against cost, the front of all that counts marked, the chosen one as a star.

    `key` tells the options from others; the picture is the same for every weight that leaves its front and its star.
    """
    known = axes(found.question.scenario)
    across, up = known["serve"], next(iter(known.values()))
    ranked = {r.option.id: r for r in found.decision.ranked}
    if len(ranked) < 2:
        return
    on = sum(r.on_front for r in ranked.values())
    title = tr("Beaten in everything by no other: {n} of {all} options that hold the limits", n=on, all=len(ranked))
    st.subheader(md(title), anchor=False)
    lead = found.decision.lead
    whole = ("decide-front", key, lead and lead.id, frozenset((name, r.on_front) for name, r in ranked.items()))
    made, table = style.kept(whole, lambda: _front(found, speech, across, up))
    style.draw(made, title, table, key="decide-front")
    badge("measured", tr("Quality is shown on the test part; the order comes from the validation part."))


def _front(found: Answered, speech: Speech, across: Axis, up: Axis) -> tuple[go.Figure, pd.DataFrame]:
    """Return the picture of the front and the table that says the same, the best quality first."""
    ranked, lead = {r.option.id: r for r in found.decision.ranked}, found.decision.lead
    shown = _shown(found, list(ranked), (across.column, up.column))
    shown["front"] = [ranked[str(r)].on_front for r in shown["run_id"]]
    shown = shown.sort_values([up.column, "run_id"], ascending=[not up.more_is_better, True])
    frame = picture_frame(shown, across, up, [lead.id] if lead else [])
    if found.question.beside:
        frame["name"] = [speech.say(ranked[str(name)].option.name) for name in frame["run_id"]]
    table = frame[["name", "x_text", "y_text", "front"]].rename(
        columns={"name": tr("Run"), "x_text": across.title, "y_text": up.title, "front": tr("On the front")}
    )
    return tradeoff.tradeoff(frame, across.title, up.title, {"x": across.write, "y": up.write}), table


def _shown(found: Answered, names: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return one row an option, with what the picture needs of its run and no more: a row has some sixty columns."""
    wanted = ["recipe", "scenario", "seed", "label", *(f"{c}{end}" for c in columns for end in ("", "_low", "_high"))]
    known = {name: found.rows[name] for name in names}
    table = {c: [row[c] for row in known.values()] for c in wanted if c in next(iter(known.values()))}
    return pd.DataFrame({"run_id": names, **table})


def options(found: Answered, speech: Speech, *, several: bool) -> None:
    """Draw every option that holds the limits, and those that do not with the reason.

    Where there are `several` cases each option is labelled with its own.
    """
    case = {tr("Case"): speech.say(found.question.case_name)} if several else {}
    counted = [c for c in found.decision.criteria if c.name in found.decision.weights or c.name == "month"]
    if found.decision.ranked:
        strong(tr("Options that hold every limit, the best first"))
        st.dataframe(
            pd.DataFrame({**case, **_columns(found, speech)}, index=range(len(found.decision.ranked))),
            hide_index=True,
            alt=tr("Options with their figures, the best first"),
        )
        st.caption(md(tr("{quantity} is ranked on the validation part.", quantity=speech.say(counted[0].title))))
    if found.decision.excluded:
        strong(tr("Left out, and why"))
        out = [
            case
            | {
                tr("Option"): speech.say(e.option.name),
                tr("Why it is out"): " ".join(speech.say(why_excluded(b, found, speech)) for b in e.breaches),
            }
            for e in found.decision.excluded
        ]
        st.dataframe(pd.DataFrame(out), hide_index=True, alt=tr("Options that were left out, with the reason"))


def _columns(found: Answered, speech: Speech) -> dict[str, list[str]]:
    """Return the table of options that hold, by column: written in one go, as there may be hundreds."""
    ranked, metric = found.decision.ranked, SCENARIOS[found.question.scenario].quality
    test = tr("{quantity}, test part", quantity=words.metric_name(metric))
    beaten = tr("beaten")
    columns = {
        tr("Option"): [speech.say(r.option.name) for r in ranked],
        tr("Score"): [number(r.score, 3) if r.score is not None else beaten for r in ranked],
        test: [number(found.rows[r.option.id].get(metric), 3) for r in ranked],
    }
    for criterion in found.decision.criteria:
        measures = [r.option.measures.get(criterion.name) for r in ranked]
        if any(measures):
            written = [DASH if m is None else speech.write(m.value, criterion.unit) for m in measures]
            columns[speech.say(criterion.title)] = written
    return columns | {tr("Holds the limits"): [percent(r.holding) for r in ranked]}

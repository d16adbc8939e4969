"""Pictures and tables of the Decide page: how firm the choice is, the front, every option, and those left out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd
import streamlit as st

from engine.analytics.question import Answered
from engine.economics.decision.decide import Ranked
from engine.reports.recommendation import why_excluded
from engine.reports.speech import Speech
from engine.reports.wording import of_hundred
from engine.scenarios import SCENARIOS
from pages.shared import words
from pages.shared.axes import axes
from pages.shared.charts import decide as charts
from pages.shared.charts import style, tradeoff
from pages.shared.compare import picture_frame
from pages.shared.frame import badge, strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, percent

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
    """Draw quality on the test part against cost, the front of all that counts marked, the chosen one as a star."""
    known = axes(found.question.scenario)
    across, up = known["serve"], next(iter(known.values()))
    ranked = {r.option.id: r for r in found.decision.ranked}
    if len(ranked) < 2:
        return
    shown = _shown(found, list(ranked), (across.column, up.column))
    on = sum(r.on_front for r in ranked.values())
    title = tr("Beaten in everything by no other: {n} of {all} options that hold the limits", n=on, all=len(ranked))
    st.subheader(md(title), anchor=False)
    shown["front"] = [ranked[str(r)].on_front for r in shown["run_id"]]
    lead = found.decision.lead
    frame = picture_frame(shown, across, up, [lead.id] if lead else [])
    if found.question.beside:
        frame["name"] = [speech.say(ranked[str(name)].option.name) for name in frame["run_id"]]
    made = style.kept(
        ("decide-front", key),
        lambda: tradeoff.tradeoff(frame, across.title, up.title, {"x": across.write, "y": up.write}),
    )
    table = frame[["name", "x_text", "y_text", "front"]].rename(
        columns={"name": tr("Run"), "x_text": across.title, "y_text": up.title, "front": tr("On the front")}
    )
    style.draw(made, title, table, key="decide-front")
    badge("measured", tr("Quality is shown on the test part; the order comes from the validation part."))


def _shown(found: Answered, names: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return one row an option, with what the picture needs of its run and no more: a row has some sixty columns."""
    wanted = ["recipe", "scenario", "seed", "label", *(f"{c}{end}" for c in columns for end in ("", "_low", "_high"))]
    known = {name: found.rows[name] for name in names}
    table = {c: [row[c] for row in known.values()] for c in wanted if c in next(iter(known.values()))}
    return pd.DataFrame({"run_id": names, **table})


def options(found: Answered, speech: Speech) -> None:
    """Draw every option that holds the limits, and those that do not with the reason."""
    counted = [c for c in found.decision.criteria if c.name in found.decision.weights or c.name == "month"]
    if found.decision.ranked:
        strong(tr("Options that hold every limit, the best first"))
        titles = {c.name: speech.say(c.title) for c in found.decision.criteria}
        rows = [_row(r, found, titles, speech) for r in found.decision.ranked]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt=tr("Options with their figures, the best first"))
        st.caption(md(tr("{quantity} is ranked on the validation part.", quantity=speech.say(counted[0].title))))
    if found.decision.excluded:
        strong(tr("Left out, and why"))
        out = [
            {
                tr("Option"): speech.say(e.option.name),
                tr("Why it is out"): " ".join(speech.say(why_excluded(b, found, speech)) for b in e.breaches),
            }
            for e in found.decision.excluded
        ]
        st.dataframe(pd.DataFrame(out), hide_index=True, alt=tr("Options that were left out, with the reason"))


def _row(ranked: Ranked, found: Answered, titles: Mapping[str, str], speech: Speech) -> dict[str, str]:
    option = ranked.option
    figures = {
        titles[c.name]: speech.write(option.measures[c.name].value, c.unit)
        for c in found.decision.criteria if c.name in option.measures
    }  # fmt: skip
    score = number(ranked.score, 3) if ranked.score is not None else tr("beaten")
    metric = SCENARIOS[found.question.scenario].quality
    test = {
        tr("{quantity}, test part", quantity=words.metric_name(metric)): number(found.rows[option.id].get(metric), 3)
    }
    return {tr("Option"): speech.say(option.name), tr("Score"): score, **test, **figures,
            tr("Holds the limits"): percent(ranked.holding)}  # fmt: skip

"""The scores: the answer in a sentence, the radar, what would raise them most, and what each rests on."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.economics.readiness.challenges import CHALLENGES
from engine.economics.readiness.evidence import Facts, Kind
from engine.economics.readiness.questions import QUESTIONS
from engine.economics.readiness.score import Evidence, Score, Step, next_steps
from pages.shared.charts import readiness as chart
from pages.shared.charts import style
from pages.shared.frame import COLORS, ICONS, kind_name, say, strong
from pages.shared.i18n import md, tr, tr_message, trn
from pages.shared.numbers import number

Scores = dict[str, Score]
BEFORE, MOVED = "readiness-before", "readiness-moved"
"""Where the session keeps what the page said last, and what the last change did."""


def headline(found: Scores) -> str:
    """Return the answer in one sentence: the weakest and the strongest side, where their ranges tell them apart."""
    known = {s.challenge.title: s for s in found.values() if s.value is not None}
    if not known:
        return tr("Nothing is known yet")
    ordered = sorted(known.values(), key=lambda s: s.value or 0.0)
    weakest, strongest = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return tr("{name}: {range} of 100; of the others nothing is known", name=title(weakest), range=span(weakest))
    if weakest.high > strongest.low:
        return tr(
            "Too little is known to tell which side is weakest: {weak} {low} of 100, {strong} {high}",
            weak=title(weakest), low=span(weakest), strong=title(strongest), high=span(strongest),
        )  # fmt: skip
    return tr(
        "Weakest: {weak}, {low} of 100; strongest: {strong}, {high}", weak=title(weakest), low=span(weakest),
        strong=title(strongest), high=span(strongest),
    )  # fmt: skip


def title(score: Score) -> str:
    return tr_message(score.challenge.title)


def span(score: Score) -> str:
    """Return a score as it stands in a sentence: its range, or its value when everything is known."""
    low, high = number(round(score.low)), number(round(score.high))
    return low if low == high else tr("{low} to {high}", low=low, high=high)


def picture(found: Scores, answer: str) -> None:
    """Draw the radar, with the same figures to read."""
    frame = pd.DataFrame(
        {"title": title(s), "low": s.low, "value": s.value, "high": s.high} for s in found.values()
    )  # fmt: skip
    key = ("readiness", *frame.astype(object).fillna(-1.0).itertuples(index=False, name=None))
    table = pd.DataFrame({
        tr("Challenge"): frame["title"],
        tr("Score"): [number(v, 0) for v in frame["value"].astype(float)],
        tr("At least"): [number(v, 0) for v in frame["low"]],
        tr("At most"): [number(v, 0) for v in frame["high"]],
        tr("Not known"): [len(s.unknown) for s in found.values()],
    })  # fmt: skip
    style.draw(style.kept(key, lambda: chart.radar(frame)), answer, table, key="radar")
    st.caption(
        tr("The band is what each score could be: what nobody knows counts as missing at its low end, as there at its "
           "high end, and half for the score. The points are this product's own convention.")
    )  # fmt: skip


def best_steps(found: Scores) -> None:
    """Draw the three steps that bring most."""
    strong(tr("What would raise it most"))
    for step in next_steps(found):
        _step(step, tr_message(CHALLENGES[step.challenge].title))


def _step(step: Step, where: str = "") -> None:
    points = tr("up to +{points}", points=number(round(step.points)))
    known = "" if step.known else tr("not known yet")
    notes = " · ".join(filter(None, (where, known)))
    st.markdown(f":green-badge[{md(points)}] {say(step.words)}" + (f"  \n:small[{md(notes)}]" if notes else ""))


def details(found: Scores) -> None:
    """Draw for each score what it rests on, what is not known, and what would raise it."""
    for score in found.values():
        name = tr("{name}: {range} of 100", name=title(score), range=span(score))
        if score.value is None:
            name = tr("{name}: no score, nothing is known", name=title(score))
        with st.expander(md(name), key=f"score-{score.challenge.name}"):
            st.caption(say(score.challenge.asks))
            _rests_on(score)
            if steps := score.steps:
                strong(tr("What would raise it"))
                for step in steps:
                    _step(step)


def _rests_on(score: Score) -> None:
    for evidence in score.known:
        st.markdown(_evidence(evidence))
    if score.unknown:
        names = "; ".join(tr_message(e.criterion.title) for e in score.unknown)
        points = number(sum(e.criterion.points for e in score.unknown))
        said = tr("{points} points: {names}", points=points, names=names)
        unknown = md(tr("not known"))
        label = f":gray-badge[{unknown}]"
        st.markdown(f"{label} {md(said)}")


def _evidence(evidence: Evidence) -> str:
    assert evidence.found is not None
    points = tr(
        "{points} of {most}", points=number(round(evidence.points or 0.0, 1)), most=number(evidence.criterion.points)
    )  # fmt: skip
    said = f"{say(evidence.criterion.title)}: {say(evidence.found.words)}"
    return f"{kind_badge(evidence.found.kind)} **{md(points)}** {said}"


def kind_badge(kind: Kind) -> str:
    """Return the small badge of a kind of evidence."""
    if kind == "answered":
        label = tr("answered")
        return f":violet-badge[:material/forum: {md(label)}]"
    return f":{COLORS[kind]}-badge[{ICONS[kind]} {md(kind_name(kind))}]"


def moved(facts: Facts, found: Scores, run: str) -> None:
    """Say in one sentence what the last change did to the scores, and why."""
    said = {"run": run, "case": repr(facts.case)} | dict(facts.answers)
    ranges = {name: (s.low, s.high) for name, s in found.items()}
    before = st.session_state.get(BEFORE)
    if before and before[0] == facts.scenario and before[1] != said:
        st.session_state[MOVED] = _moved_words(before[1], said, before[2], ranges)
    elif before and before[0] != facts.scenario:
        st.session_state.pop(MOVED, None)
    st.session_state[BEFORE] = (facts.scenario, said, ranges)
    if text := st.session_state.get(MOVED):
        st.info(md(text), title=tr("What moved"), icon=":material/swap_vert:")


def _moved_words(old: dict[str, str], new: dict[str, str], was: dict[str, tuple[float, float]],
                 now: dict[str, tuple[float, float]]) -> str:  # fmt: skip
    changes = [_change(q, old.get(q), new.get(q)) for q in {**old, **new} if old.get(q) != new.get(q)]
    effects = [
        tr("{name} {before} → {after}", name=tr_message(CHALLENGES[n].title), before=_ends(was[n]), after=_ends(now[n]))
        for n in now
        if _ends(was[n]) != _ends(now[n])
    ]
    return tr("{changes}. {effects}.", changes="; ".join(changes), effects="; ".join(effects) or tr("No score moved"))


def _change(question: str, old: str | None, new: str | None) -> str:
    if question == "run":
        return tr("Another run")
    if question == "case":
        return tr("Another business case")
    choices = QUESTIONS[question].choices
    names = [tr_message(choices[a]) if a else tr("no answer") for a in (old, new)]
    return f"{tr_message(QUESTIONS[question].text)} {names[0]} → {names[1]}"


def _ends(ends: tuple[float, float]) -> str:
    return "–".join(number(round(e)) for e in ends)


def unanswered(count: int) -> str:
    """Return how many questions are open, in words."""
    return trn("{n} question is open", "{n} questions are open", count)

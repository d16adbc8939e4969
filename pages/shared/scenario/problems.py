"""What is wrong with a file, the worst first, with one click to mend each thing and one to take that back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from engine.datasets.dataset import DataCard, Problem
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.scenario import findings

MASK = "mask:"
ONE_SPELLING = "one_spelling"
RELEASE = "release"
"""The remedy that takes a person's eyes: `adjust` of the form of data offers it."""
LABEL_KINDS = {"tiny_class", "look_alike_labels", "too_many_classes", "one_class"}
"""Problems that the table of labels solves."""
Options = Any
"""Those of any form of data; not every form has masks or a map of labels."""
Again = Callable[[Options], None]


def draw(card: DataCard, options: Options, again: Again) -> None:
    """Draw every problem with its remedy, then what was done; `again` checks the file under other options."""
    if not card.problems:
        st.success(tr("Nothing is wrong with this data."), icon=":material/check_circle:")
    done = steps_taken(options)
    standing = [p for p in card.problems if p.remedy not in done]
    offers = {p.kind: offer for p in standing if (offer := remedy(p, card, options)) is not None}
    wrong = [p for p in standing if p.level != "note" and p.kind in offers]  # a note may be as it is meant
    if len(wrong) > 1:
        st.button(
            tr("Mend all {n}", n=len(wrong)), icon=":material/auto_fix_high:", key="mend-all",
            help=md(" · ".join(offers[p.kind][0] for p in wrong)),
            on_click=again, args=(everything(card, options, wrong),),
        )  # fmt: skip
    with st.container(gap="xsmall"):
        for problem in standing:
            line(partial(findings.problem_line, problem), f"do-{problem.kind}", offers.get(problem.kind), again)
        counts = {p.remedy: p.message for p in card.problems if p.remedy}
        for step, without in done.items():
            name = md(step_name(step, options)) + (f" · {say(counts[step])}" if step in counts else "")
            draw_name = partial(st.markdown, f":green[:material/check_circle:] {name}")
            line(draw_name, f"undo-{step.replace(':', '-')}", (tr("Undo"), without), again, undo=True)


def line(
    draw_text: Callable[[], object],
    key: str,
    offer: tuple[str, Options] | None,
    again: Again,
    *,
    undo: bool = False,
) -> None:
    """Draw one thing that was found or done, and at its end the click that changes it."""
    if offer is None:
        with st.container(gap="xxsmall"):
            draw_text()
        return
    name, options = offer
    text, click = st.columns([2, 1], vertical_alignment="center")  # which stand one above the other on a phone
    with text, st.container(gap="xxsmall"):
        draw_text()
    with click:
        icon = ":material/undo:" if undo else ":material/auto_fix_high:"
        kind = "tertiary" if undo else "secondary"
        st.button(name, key=key, icon=icon, type=kind, on_click=again, args=(options,))  # type: ignore[arg-type]


def remedy(problem: Problem, card: DataCard, options: Options) -> tuple[str, Options] | None:
    """Return what one click does about the problem, in words and as options; None when it takes a decision."""
    if problem.kind == "look_alike_labels":
        return tr("Write them the same way"), replace(options, label_map=one_spelling(card, options))
    if problem.remedy in ("", RELEASE):
        return None
    return findings.remedy_name(problem.remedy), with_step(problem.remedy, options)


def everything(card: DataCard, options: Options, standing: list[Problem]) -> Options:
    """Return the options with every remedy that is on offer."""
    for problem in standing:
        if (offer := remedy(problem, card, options)) is not None:
            options = offer[1]
    return options


def steps_taken(options: Options) -> dict[str, Options]:
    """Return each step that was chosen, with the options as they are without it."""
    chosen = getattr(options, "masks", ())
    masks = {MASK + m: replace(options, masks=tuple(x for x in chosen if x != m)) for m in chosen}
    steps = {s: replace(options, cleaning=tuple(x for x in options.cleaning if x != s)) for s in options.cleaning}
    labels = {ONE_SPELLING: replace(options, label_map={})} if getattr(options, "label_map", None) else {}
    return steps | masks | labels


def with_step(step: str, options: Options) -> Options:
    """Return the options with one more cleaning step or mask."""
    if step.startswith(MASK):
        return replace(options, masks=(*options.masks, step.removeprefix(MASK)))
    return replace(options, cleaning=(*options.cleaning, step))


def step_name(step: str, options: Options) -> str:
    """Return what a step did, in words."""
    if step != ONE_SPELLING:
        return findings.remedy_name(step)
    nothing = tr("left out")
    pairs = [f"{found} → {used or nothing}" for found, used in options.label_map.items()]
    return tr("Labels changed: {pairs}", pairs=", ".join(pairs[:6]) + ("…" if len(pairs) > 6 else ""))


def one_spelling(card: DataCard, options: Options) -> dict[str, str]:
    """Return the label map with labels that differ only in case or blanks written as the most frequent of them is."""
    usual: dict[str, str] = {}
    for label, _rows in sorted(card.classes.items(), key=lambda item: -item[1]):
        usual.setdefault(_plain(label), label)
    found = {label: options.label_map.get(label, label) for label in card.labels_found or card.classes}
    mapped = {label: usual.get(_plain(used), used) for label, used in found.items()}
    return {label: used for label, used in mapped.items() if used != label}


def _plain(label: str) -> str:
    return " ".join(label.casefold().split())

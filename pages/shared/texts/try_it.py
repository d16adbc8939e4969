"""The try step: sentences in, classes out, with probability, latency, and the words that moved the answer."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from engine.datasets.store import has_dataset, open_dataset
from engine.datasets.texts.options import TextCard
from engine.errors import BreakevenError
from engine.scenarios import Scenario
from pages.shared.frame import show_error
from pages.shared.i18n import md, tr
from pages.shared.resources import client, settings
from pages.shared.scenario.choose import choose_model
from pages.shared.scenario.warming import warming_up
from pages.shared.texts import answers

MOST = 200
HAN = re.compile(r"[\u3400-\u9fff]")


def draw(scenario: Scenario) -> None:
    """Draw the try step of `scenario`: choose a run, write sentences, read the answers."""
    report = choose_model(scenario, tr("Train one, and it answers here within a second."), ":material/chat:")
    if report is None:
        return
    run_id = report["run_id"]
    texts = sentences(scenario)
    service(run_id, texts, report)


def sentences(scenario: Scenario) -> tuple[str, ...]:
    """Draw the examples and the place to write; return the sentences, one a line."""
    examples = {str(i): text for i, text in enumerate(scenario.examples)}
    st.session_state.setdefault("try-text", scenario.examples[0] if scenario.examples else "")
    with st.container(horizontal=True, gap="xsmall"):
        for name, text in examples.items():
            st.button(
                tr("Example {n}", n=int(name) + 1),
                key=f"example-{name}",
                help=md(text),
                on_click=use_example,
                args=(text,),
            )
    written = st.text_area(
        tr("Sentences, one a line"), key="try-text", height=120, placeholder=tr("Type or paste sentences from the news")
    )
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if len(lines) > MOST:
        st.caption(tr("Only the first {n} lines are answered here.", n=MOST))
    return tuple(lines[:MOST])


def use_example(text: str) -> None:
    st.session_state["try-text"] = text


def service(run_id: str, texts: tuple[str, ...], report: dict[str, Any]) -> None:
    """Ask the inference service and draw its answers, or say that it is still starting."""
    if not texts:
        st.caption(tr("Write a sentence above, and its class appears here."))
        return
    try:
        if not client().ready():
            warming_up()
            return
        found = answers.ask(run_id, texts)
    except BreakevenError as error:
        show_error(error)
        return
    foreign_script(texts, report["dataset"]["id"])
    answers.draw(run_id, texts, found, report)


def foreign_script(texts: tuple[str, ...], dataset_id: str) -> None:
    """Say that an answer is a guess where a sentence is Chinese and the model learnt from none."""
    if not any(HAN.search(text) for text in texts) or not has_dataset(settings(), dataset_id):
        return
    card = open_dataset(settings(), dataset_id).card
    learnt = card.languages if isinstance(card, TextCard) else {}
    if learnt and not {"zh", "ja"} & learnt.keys():
        st.caption(
            tr("This model learnt from no Chinese sentence: its answer to one is a guess."),
            help=tr("Languages of its data: {codes}.", codes=", ".join(learnt)),
        )

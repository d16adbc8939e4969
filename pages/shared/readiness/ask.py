"""The questionnaire: each answer is kept at once, and can be taken back."""

from __future__ import annotations

import streamlit as st

from engine.analytics.readiness_store import answer
from engine.economics.readiness.challenges import CHALLENGES
from engine.economics.readiness.evidence import Facts
from engine.economics.readiness.questions import QUESTIONS, Question
from engine.errors import BreakevenError
from pages.shared.frame import say, show_error
from pages.shared.i18n import md, tr, tr_message
from pages.shared.resources import settings

REFUSED = "readiness-refused"
"""Where the session keeps why an answer could not be kept."""


def questions(facts: Facts) -> dict[str, list[Question]]:
    """Return the questions by challenge; of what triggers rules only those that may still decide one."""
    deciding = {q for met in facts.compliance.met for q in (*met.unanswered,)}
    triggers = {q for met in facts.compliance.met for q in met.rule.answers}
    shown: dict[str, list[Question]] = {name: [] for name in CHALLENGES}
    for question in QUESTIONS.values():
        if question.id not in triggers or question.id in deciding or question.id in facts.answers:
            shown[question.challenge].append(question)
    return shown


def starts_open(facts: Facts) -> bool:
    """Return whether the questions are open when the page is; the first answer does not close them."""
    place = f"readiness-open-{facts.scenario}"
    return bool(st.session_state.setdefault(place, not facts.answers))


def open_ones(facts: Facts) -> int:
    """Return how many of the questions that are asked have no answer."""
    return sum(q.id not in facts.answers for asked in questions(facts).values() for q in asked)


def form(facts: Facts) -> None:
    """Draw every question, a tab a challenge."""
    if refused := st.session_state.pop(REFUSED, None):
        show_error(refused)
    shown = questions(facts)
    names = [tr_message(CHALLENGES[name].title) for name in shown]
    for tab, asked in zip(st.tabs([md(n) for n in names]), shown.values(), strict=True):
        with tab:
            for question in asked:
                _question(facts, question)


def _question(facts: Facts, question: Question) -> None:
    key = f"ask-{facts.scenario}-{question.id}"
    st.session_state[key] = facts.answers.get(question.id)
    st.segmented_control(
        say(question.text), list(question.choices), key=key, format_func=lambda a: tr_message(question.choices[a]),
        on_change=_keep, args=(facts.scenario, question.id, key),
    )  # fmt: skip
    known = facts.known_answers.get(question.id)
    if known and known[1] != "answered":
        said = tr_message(question.choices[known[0]])
        st.caption(
            md(tr("The data card says: {answer}.", answer=said))
            if known[1] == "measured"
            else md(tr("Assumed for this scenario: {answer}.", answer=said))
        )


def _keep(scenario: str, question: str, key: str) -> None:
    try:
        answer(settings(), scenario, question, st.session_state[key])
    except BreakevenError as error:
        st.session_state[REFUSED] = error

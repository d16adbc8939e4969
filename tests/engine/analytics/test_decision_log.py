"""The log of decisions: what is kept, what comes back, and what a spoilt file says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.analytics.asked import asked_again
from engine.analytics.database import open_index
from engine.analytics.deciding import answer, gather
from engine.analytics.decision_log import Expected, decision, decisions, forget, measure_later, record
from engine.analytics.question import Answered
from engine.analytics.usual import usual_question
from engine.config import load_settings
from engine.economics.decision.option import Limits
from engine.errors import BadInput, NotFound
from engine.messages import Message
from tests.engine.analytics.made import make_run


@pytest.fixture
def found(workspace: Path) -> Answered:
    """A decision among three made-up runs."""
    settings = load_settings()
    for number in (1, 2, 3):
        make_run(settings.workspace.runs, number, scenario="finance_sentiment")
    index = open_index(settings, owner=True)
    try:
        question = replace(usual_question(settings, "finance_sentiment"), limits=Limits(sellable=False))
        return answer(gather(index, question), question)
    finally:
        index.close()


def test_what_is_recorded_comes_back_and_can_be_asked_again(found: Answered) -> None:
    settings = load_settings()
    made = record(settings, found, Message("Use {option}.", option="this"), address="p95=200", note=" Agreed. ")
    (back,) = decisions(settings)
    assert back == made == decision(settings, made.id)
    assert back.note == "Agreed."
    again = asked_again(settings, back.scenario, back.asked)
    assert again.limits == found.question.limits
    assert again.weights == found.question.weights
    assert again.pricing == found.question.pricing
    assert (settings.workspace.decisions / f"{made.id}.json").read_text("utf-8").startswith("{")


def test_measured_later_stands_beside_the_expected(found: Answered) -> None:
    settings = load_settings()
    made = record(settings, found, Message("Use it."))
    expected = {e.name: e for e in made.expected}
    assert {e.outcome for e in made.expected} == {"open"}
    measure_later(settings, made.id, "latency", expected["latency"].value * 3)
    later = {e.name: e for e in measure_later(settings, made.id, "quality", expected["quality"].value).expected}
    assert (later["latency"].outcome, later["quality"].outcome, later["cost"].outcome) == (
        "worse", "as expected", "open",
    )  # fmt: skip
    assert later["latency"].measured_at


@pytest.mark.parametrize(
    ("more_is_better", "measured", "outcome"),
    [(True, 0.99, "better"), (True, 0.5, "worse"), (False, 0.99, "worse"), (False, 0.5, "better"),
     (True, 0.78, "as expected"), (True, 0.765, "as expected"), (True, None, "open")],
)  # fmt: skip
def test_the_outcome_follows_the_direction(more_is_better: bool, measured: float | None, outcome: str) -> None:
    one = Expected("quality", Message("Quality"), "share", more_is_better, 0.8, 0.77, 0.83, measured)
    assert one.outcome == outcome


def test_what_cannot_be_is_one_sentence(found: Answered) -> None:
    settings = load_settings()
    made = record(settings, found, Message("Use it."))
    with pytest.raises(BadInput, match="expected nothing of taste"):
        measure_later(settings, made.id, "taste", 1.0)
    with pytest.raises(BadInput, match="give a finite number"):
        measure_later(settings, made.id, "latency", float("nan"))
    with pytest.raises(BadInput, match="give at most 500"):
        record(settings, found, Message("Use it."), note="x" * 501)
    for name in ("gone", "../settings"):
        with pytest.raises(NotFound, match="There is no decision"):
            decision(settings, name)
    forget(settings, made.id)
    assert decisions(settings) == []


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"schema_version": 1}', '{"schema_version": 99}'])
def test_a_spoilt_file_is_named(text: str) -> None:
    settings = load_settings()
    (settings.workspace.decisions / "01ABC.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"01ABC\.json"):
        decisions(settings)


def test_a_file_holds_its_version(found: Answered) -> None:
    settings = load_settings()
    made = record(settings, found, Message("Use it."))
    data = json.loads((settings.workspace.decisions / f"{made.id}.json").read_text("utf-8"))
    assert data["schema_version"] == 3
    assert data["asked"]["limits"]["bounds"] == dict(found.question.limits.bounds)

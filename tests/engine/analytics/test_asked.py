"""What a decision was decided on: everything comes back from its log, whatever has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from engine.analytics import ingest
from engine.analytics.asked import UNSAID, asked_again, asked_of
from engine.analytics.costed import Choices
from engine.analytics.database import Index, open_index
from engine.analytics.deciding import answer, gather
from engine.analytics.question import Answered, Question
from engine.analytics.usual import usual_question
from engine.config import Settings
from engine.economics import facts, own_rows
from engine.economics.business.presets import preset
from engine.economics.business.spread import certain
from engine.economics.capacity import Objective
from engine.economics.catalog import instance
from engine.economics.decision.option import Limits
from engine.economics.demand import Load
from engine.economics.figure import Source
from engine.economics.hosted import Tokens, Vendor
from engine.economics.labels import Labelling
from engine.economics.people import Role
from engine.economics.programme import Programme
from engine.errors import BadInput
from engine.reports.speech import ENGLISH
from engine.reports.stakeholder.build import document
from tests.engine.analytics.made import make_run, run_id

OFFER = Source("offer", "An offer of October", "2026-10-01")
SCENARIO = "finance_sentiment"


@pytest.fixture
def index(settings: Settings) -> Iterator[Index]:
    """An index of three made-up runs."""
    for number in (1, 2, 3):
        make_run(settings.workspace.runs, number, scenario=SCENARIO)
    opened = open_index(settings, owner=True)
    yield opened
    opened.close()


def own_question(settings: Settings) -> Question:
    """Return a question in which nothing is as usual."""
    usual = usual_question(settings, SCENARIO)
    machine = own_rows.own_instance_price(usual.pricing.instance, 0.5, OFFER)
    choices = Choices(
        instance=machine, region=usual.pricing.region, load=Load(345_678.9, "flat"),
        objective=Objective(150.0, 0.5, 3), customers=7, programme=Programme(2, 3, 0.25, 1, 0.2),
        hosted=own_rows.own_hosted_price(facts.hosted_price("gpt-5.4-nano"), 0.3, 0.9, OFFER),
        tokens=Tokens(41.5, 10, 2, "measured"), scaled=False,
        builders=(Role(own_rows.own_salary("Analyst", "SG", "MI", 50_000, OFFER), 0.4, 1.1, OFFER, 2),),
        labelling=Labelling(0.07, 2, 0.2, 0.9, OFFER), labels_a_month=120,
    )  # fmt: skip
    return replace(
        usual, pricing=replace(usual.pricing, instance=machine, utilisation=0.4), choices=choices,
        limits=Limits({"latency": 150.0, "quality": 0.1}, sellable=False), weights={"quality": 3.0, "cost": 1.0},
        beside=(own_rows.own_instance_price(instance("aws/us-east-1/m7i.large"), 0.2, OFFER),),
        case=replace(preset("bull"), name="Ours", id="").with_spread("opening", certain(1_000)), month=24,
        across=(preset("bear"),), follows=True,
    )  # fmt: skip


def kept(index: Index, question: Question) -> tuple[Answered, dict[str, Any]]:
    """Return the decision of `question` and what its log holds, as read from a file."""
    found = answer(gather(index, question), question)
    return found, json.loads(json.dumps(asked_of(found)))


def texts(index: Index, question: Question) -> list[str]:
    return document(answer(gather(index, question), question), ENGLISH, link="", date="").texts()


def test_everything_that_was_asked_comes_back(settings: Settings, index: Index) -> None:
    found, said = kept(index, own_question(settings))
    again = asked_again(settings, SCENARIO, said)
    assert again == replace(found.question, runs=tuple(run_id(n) for n in (1, 2, 3)))
    assert texts(index, again) == document(found, ENGLISH, link="", date="").texts()


def test_a_vendor_comes_back_with_its_price_though_its_answers_are_deleted(settings: Settings, index: Index) -> None:
    question = own_question(settings)
    vendor = Vendor("01GONE", "Acme", 0.4, "2026-11-20")
    _, said = kept(index, replace(question, choices=replace(question.choices, hosted=vendor)))
    assert asked_again(settings, SCENARIO, said).choices.hosted == vendor


def test_runs_that_came_or_went_since_are_counted_and_do_not_take_part(settings: Settings, index: Index) -> None:
    found, said = kept(index, own_question(settings))
    make_run(settings.workspace.runs, 4, scenario=SCENARIO)
    ingest.refresh(index)
    again = asked_again(settings, SCENARIO, said)
    assert "Runs finished since this was decided, which are no options here: 1." in texts(index, again)
    assert gather(index, again).options == found.gathered.options
    fewer = replace(again, runs=(*again.runs, run_id(9)))
    assert "Runs deleted since this was decided, which are no options any more: 1." in texts(index, fewer)
    with pytest.raises(BadInput, match="decided among are deleted"):
        gather(index, replace(again, runs=(run_id(9),)))


def test_an_older_decision_takes_usual_values_and_says_so(settings: Settings, index: Index) -> None:
    usual = usual_question(settings, SCENARIO)
    older = {
        "bounds": {"latency": 90.0}, "sellable": False, "weights": {"quality": 1.0}, "test_id": "t1",
        "instance": usual.pricing.instance.id, "region": usual.pricing.region.id, "utilisation": 0.5, "spot": False,
        "predictions_month": 5_000.0, "p95_ms": 90.0,
        "case": {"id": "", "name": "Ours", "base": "bull", "assumes": {"opening": "1000"}},
    }  # fmt: skip
    again = asked_again(settings, SCENARIO, older)
    assert (again.limits.bounds, again.choices.load.predictions_month) == ({"latency": 90.0}, 5_000.0)
    assert again.choices.builders == usual.choices.builders
    assert again.case == own_question(settings).case
    assert str(UNSAID) in texts(index, again)
    assert str(UNSAID) not in texts(index, replace(usual, limits=again.limits))


@pytest.mark.parametrize("spoilt", [{"choices": {}}, {"month": "soon"}, {"choices": {"hosted": 3}}])
def test_what_was_spoilt_by_hand_is_one_sentence(settings: Settings, index: Index, spoilt: dict[str, Any]) -> None:
    _, said = kept(index, own_question(settings))
    with pytest.raises(BadInput, match="What the decision rests on is damaged"):
        asked_again(settings, SCENARIO, said | spoilt)

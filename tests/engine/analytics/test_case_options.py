"""Options are runs on machines under a business case: priced as they are alone, planned as the Business page plans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.analytics.asked import asked_again
from engine.analytics.costed import costs
from engine.analytics.criteria import CASH, EVEN, MARGIN, MONTH
from engine.analytics.database import Index, open_index
from engine.analytics.deciding import answer, decide_in_each, gather
from engine.analytics.decision_log import decisions, record
from engine.analytics.plans import sale_of, serving_of
from engine.analytics.question import Question
from engine.analytics.usual import usual_question
from engine.config import load_settings
from engine.economics.business import metrics, model
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.presets import preset
from engine.economics.business.spread import certain
from engine.economics.catalog import instance
from engine.economics.decision.option import Limits
from engine.errors import BadInput
from engine.messages import Message
from engine.reports.in_each_case import recorded, unmoved, verdict
from engine.reports.speech import ENGLISH
from tests.engine.analytics.made import make_run

OTHER = "aws/us-east-1/m7i.large"


@pytest.fixture
def index(workspace: Path) -> Iterator[Index]:
    for number in (1, 2):
        make_run(load_settings().workspace.runs, number, scenario="finance_sentiment")
    found = open_index(load_settings(), owner=True)
    yield found
    found.close()


def asked(**changes: object) -> Question:
    question = replace(usual_question(load_settings(), "finance_sentiment"), limits=Limits(sellable=False))
    return replace(question, **changes)  # type: ignore[arg-type]


def test_a_run_is_an_option_on_every_machine_at_the_price_it_has_there(index: Index) -> None:
    question = asked(beside=(instance(OTHER),))
    found = gather(index, question)
    alone = {o.id: o for o in gather(index, asked()).options}
    other = question.pricings[1]
    there = {o.id: o for o in gather(index, asked(pricing=other, choices=question.choices_on(other))).options}
    assert len(found.options) == 2 * len(alone) == 4
    for option in found.options:
        run_id, _, machine = option.id.partition("@")
        assert machine in {"", OTHER}
        assert option.measures == (there if machine else alone)[run_id].measures
        assert str(option.name).endswith(f" on {machine or question.pricing.instance.id}")
    assert other.region.id == "aws/us-east-1"


def test_the_machine_that_was_chosen_is_no_second_option(index: Index) -> None:
    question = asked()
    same = asked(beside=(question.pricing.instance,))
    assert len(gather(index, same).options) == 2
    twice = asked(beside=(instance(OTHER), instance(OTHER)))
    assert len(gather(index, twice).options) == 4


def test_a_case_comes_to_with_each_option_what_it_comes_to_alone(index: Index) -> None:
    question = asked(case=preset("base"), beside=(instance(OTHER),), month=24)
    found = gather(index, question)
    for option in found.options:
        row, pricing = found.rows[option.id], found.pricings[option.id]
        outcome = model.run(preset("base"), serving_of(costs(row, question.choices_on(pricing))))
        shown = metrics.measure(outcome, 24)
        assert option.measures[EVEN].value == shown["break_even"].value
        assert option.measures[CASH].value == MONTHS
        assert option.measures[MARGIN].value == pytest.approx(shown["gross_margin"].value)


def test_what_never_breaks_even_breaks_the_limit_and_says_so(index: Index) -> None:
    dear = preset("base").with_spread("fixed", certain(500_000))
    question = asked(case=dear, limits=Limits({EVEN: 48, CASH: 24}, sellable=False))
    found = answer(gather(index, question), question)
    assert found.decision.verdict == "none"
    broken = {b.criterion: b.value for b in found.decision.excluded[0].breaches}
    assert broken[EVEN] == MONTHS + 1
    assert (broken[CASH] or 0) < 24
    free = asked(case=dear)
    assert answer(gather(index, free), free).decision.verdict != "none"


def test_a_case_that_sells_nothing_by_a_month_has_no_price(index: Index) -> None:
    sale = sale_of(preset("base"), 1)
    assert (sale.predictions, sale.price_per_1000) == (0, None)
    question = asked(case=preset("base"), month=1)
    assert MARGIN not in gather(index, question).options[0].measures
    with pytest.raises(BadInput, match="There is no month 61"):
        sale_of(preset("base"), 61)


def test_a_decision_for_a_case_is_asked_again_by_its_log(index: Index) -> None:
    case = replace(preset("bull"), name="Ours", id="").with_spread("opening", certain(1_000))
    question = asked(case=case, beside=(instance(OTHER),), month=48)
    found = answer(gather(index, question), question)
    record(load_settings(), found, Message("Use it."))
    (logged,) = decisions(load_settings())
    assert logged.case == "Ours"
    assert logged.run_id in {str(row["run_id"]) for row in found.rows.values()}
    assert {EVEN, CASH, MARGIN, MONTH} <= {e.name for e in logged.expected}
    again = asked_again(load_settings(), logged.scenario, json.loads(json.dumps(logged.asked)))
    assert (again.case, again.beside, again.month) == (case, question.beside, 48)
    same = answer(gather(index, again), again)
    assert [r.option.id for r in same.decision.ranked] == [r.option.id for r in found.decision.ranked]


def test_each_further_case_is_decided_as_if_it_were_the_only_one(index: Index) -> None:
    base, bear = preset("base"), preset("bear")
    load = replace(asked().choices.load, predictions_month=2 * sale_of(base, 36).predictions)
    choices = replace(asked().choices, load=load)
    question = asked(case=base, across=(bear,), follows=True, choices=choices, beside=(instance(OTHER),))
    there = decide_in_each(index, question).across[0]
    wanted = 2 * sale_of(bear, 36).predictions
    assert there.question.choices.load.predictions_month == pytest.approx(wanted)
    alone = asked(case=bear, choices=there.question.choices, beside=question.beside)
    same = answer(gather(index, alone), alone)
    assert there.decision == same.decision
    assert there.gathered.plans.keys() == same.gathered.plans.keys()
    chosen = replace(question, follows=False).within(bear)
    assert chosen.choices == question.choices, "a load that was chosen holds in every case"


def test_a_limit_that_one_case_breaks_changes_its_answer_alone(index: Index) -> None:
    base = preset("base")
    poor = replace(base, name="Poor", id="poor").with_spread("fixed", certain(500_000))
    question = asked(case=base, across=(poor, preset("bull")), month=36)
    free = decide_in_each(index, question)
    assert str(verdict(free)) == "The answer is the same in all 3 cases."
    assert unmoved(free)
    limited = replace(question, limits=Limits({CASH: 24}, sellable=False))
    found = decide_in_each(index, limited)
    assert [one.decision.verdict for one in found.in_each] == ["train_again", "none", "train_again"]
    assert not unmoved(found)
    said = [str(line) for line in recorded(found, ENGLISH)]
    assert said[0] == "The answer changes with the case: 2 of 3 cases choose this run."
    assert any(s.startswith("In the case Poor no option holds the limits; the nearest is ") for s in said)
    assert any(s.startswith("In the case Poor the option recommended here is out: Months of cash is ") for s in said)
    first = replace(limited, case=poor, across=(base,))
    here = recorded(decide_in_each(index, first), ENGLISH)
    assert str(here[0]) == "The answer changes with the case: in 1 of 2 cases an option holds the limits."
    assert recorded(decide_in_each(index, replace(first, across=())), ENGLISH) == ()


def test_a_case_that_cannot_be_computed_is_named(index: Index) -> None:
    silent = preset("base")
    for channel in ("search", "ads", "social"):
        silent = silent.with_spread(f"spend.{channel}", certain(0))
    with pytest.raises(BadInput, match="The case Silent does not count: "):
        decide_in_each(index, asked(case=preset("base"), across=(replace(silent, name="Silent", id="silent"),)))

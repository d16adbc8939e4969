"""Rows of one's own on the page: a machine, a hosted model and a region are added, chosen, counted and removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from streamlit.testing.v1 import AppTest

from engine.analytics.own_facts import OwnFact, enter, own_facts
from engine.config import load_settings
from engine.jobs.runs import RunFolder
from tests.pages.test_costs import metric, no_number, quantity, with_facts

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]
SETTLED = {"lang": "en", "n": "2628000000", "day": "flat", "fewest": "1", "headroom": "0", "scaled": "0",
           "build": "0", "buy": "0", "retrain": "0", "tries": "0", "text": "30"}  # fmt: skip
C6I = "aws/us-east-1/c6i.xlarge"


def add(test: AppTest, what: str, name: str, numbers: dict[str, float], where: str = "A quote", at: str = "") -> None:
    """Fill the form of a new row and send it."""
    test.text_input(key=f"own-add-{what}-name").set_value(name)
    for key, value in numbers.items():
        test.number_input(key=f"own-add-{what}-{key}").set_value(value)
    test.text_input(key=f"own-add-{what}-where").set_value(where)
    if at:
        test.selectbox(key="own-add-machine-region").set_value(at)
    kinds = ("machine", "hosted", "grid")
    [b for b in test.button if b.label == "Add it"][kinds.index(what)].click().run()
    assert not test.exception, test.exception


def said_beneath(test: AppTest) -> list[str]:
    return [c.value.replace("\\", "") for c in test.caption if c.value.startswith(":red[")]


def test_a_chinese_region_and_a_machine_there_are_entered_chosen_and_counted(page: Open, finished: Finish) -> None:
    finished("probe", train_seconds=36.0)
    test = with_facts(page("costs", **SETTLED))
    before = quantity(test, "Carbon of serving, a year")
    add(test, "grid", "alibaba/cn-hangzhou", {"grid-0": 500, "grid-1": 580, "grid-2": 700, "pue-0": 1.3})
    assert test.selectbox(key="region").value == "alibaba/cn-hangzhou"
    add(test, "machine", "ecs.c7.xlarge", {"machine-0": 4, "machine-1": 8, "machine-2": 0.11},
        at="alibaba/cn-hangzhou")  # fmt: skip
    assert test.selectbox(key="instance").value == "alibaba/cn-hangzhou/ecs.c7.xlarge"
    assert quantity(test, "Machines").startswith("2 · ")
    assert metric(test, "Build, a month") == f"${2 * 730 * 0.11:.2f}"
    assert quantity(test, "Carbon of serving, a year") != before
    no_number(test)
    test.button(key="back-grid-alibaba/cn-hangzhou").click().run()
    assert any("stands in alibaba/cn-hangzhou; remove it first" in e.value.replace("\\", "") for e in test.error)
    test.button(key="back-machine-alibaba/cn-hangzhou/ecs.c7.xlarge").click().run()
    test.button(key="back-grid-alibaba/cn-hangzhou").click().run()
    assert own_facts(load_settings()) == {}
    assert test.selectbox(key="instance").value == C6I


def test_a_hosted_model_of_ones_own_is_what_is_bought(page: Open, finished: Finish) -> None:
    finished()
    test = with_facts(page("costs", **SETTLED))
    add(test, "hosted", "qwen-plus", {"hosted-0": 0.4, "hosted-1": 1.0})
    assert test.selectbox(key="hosted").value == "qwen-plus"
    assert metric(test, "Buy, a month") == f"${2_628_000 * (90 * 0.4 + 5 * 1.0) / 1000:,.0f}"


def test_what_cannot_be_is_said_beneath_each_field_and_nothing_is_kept(page: Open, finished: Finish) -> None:
    finished()
    test = with_facts(page("costs", lang="en"))
    test.date_input(key="own-add-grid-when").set_value(date.today() + timedelta(days=30))
    add(test, "grid", "moon", {"grid-0": 500, "grid-1": 400, "grid-2": 700, "pue-0": 0.9}, where="")
    wrong = " ".join(said_beneath(test))
    assert "The likely 400 gCO2e per kWh is not between" in wrong
    assert "The PUE is 0.9; give a number from 1 to 10" in wrong
    assert "has no source" in wrong
    assert "is still to come; give the day on which the figure held" in wrong
    add(test, "hosted", "gpt-5.4-nano", {"hosted-0": 1, "hosted-1": 1})
    assert any("There is gpt-5.4-nano already" in c for c in said_beneath(test))
    add(test, "machine", "", {"machine-0": 2.5, "machine-1": 8, "machine-2": 1})
    wrong = " ".join(said_beneath(test))
    assert "The name is empty" in wrong
    assert "give a whole number" in wrong
    assert own_facts(load_settings()) == {}


def test_a_price_of_ones_own_moves_every_page(page: Open, finished: Finish) -> None:
    finished()

    def shown() -> tuple[str, str, str]:
        compare = page("compare", lang="en")
        offers = compare.selectbox(key="instance").options
        overview = page("overview", lang="en")
        return (
            next(o for o in offers if "c6i.xlarge · us-east-1" in o).split(" · ")[-1],
            str(compare.dataframe[0].value.to_dict("records")),
            next(m.value for m in overview.metric if m.label == "Cost per 1,000"),
        )

    before = shown()
    enter(load_settings(), OwnFact("instance", C6I, (1.7,), "An offer", "2026-11-01"))
    after = shown()
    assert (before[0], after[0]) == ("$0.17/h", "$1.70/h")
    assert before[1] != after[1]
    assert before[2] != after[2]


def test_grid_and_pue_have_forms_of_their_own(page: Open, finished: Finish) -> None:
    finished()
    before = quantity(page("costs", lang="en"), "Carbon of serving, a year")
    enter(load_settings(), OwnFact("pue", "aws/us-east-1", (2.28,), "The meter", "2026-11-01"))
    test = with_facts(page("costs", lang="en"))
    assert quantity(test, "Carbon of serving, a year") != before
    assert test.number_input(key="own-grid-aws/us-east-1-grid-1").value
    test.button(key="back-pue-aws/us-east-1").click().run()
    assert quantity(test, "Carbon of serving, a year") == before

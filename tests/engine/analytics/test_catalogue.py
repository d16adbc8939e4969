"""The catalogue of a workspace: own figures over the published ones, rows of one's own beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.analytics.asked import asked_again, asked_of
from engine.analytics.catalogue import catalogue_of, laid_over
from engine.analytics.database import open_index
from engine.analytics.deciding import answer, gather
from engine.analytics.own_facts import FIELDS, OwnFact, enter, faults, take_back
from engine.analytics.priced import Pricing, figures
from engine.analytics.usual import usual_choices, usual_pricing, usual_question
from engine.config import Settings, save_settings
from engine.economics import catalog, facts
from engine.economics.carbon import energy, training_carbon
from engine.errors import BadInput, NotFound
from tests.engine.analytics.made import make_run

C6I, VIRGINIA = "aws/us-east-1/c6i.xlarge", "aws/us-east-1"
HANGZHOU, BOX = "alibaba/cn-hangzhou", "alibaba/cn-hangzhou/ecs.c7.xlarge"


def own(what: str, row_id: str, *values: float) -> OwnFact:
    return OwnFact(what, row_id, values, "An offer", "2026-11-01")


REGION = (own("grid", HANGZHOU, 500, 580, 700), own("pue", HANGZHOU, 1.3))


def test_a_price_of_ones_own_holds_wherever_prices_are_asked_for(settings: Settings) -> None:
    before = usual_question(settings, "finance_sentiment")
    enter(settings, own("instance", C6I, 1.7), own("hosted", before.choices.hosted.model, 3, 4),
          own("salary", "Machine Learning Engineer/US/MI", 90_000))  # fmt: skip
    after = usual_question(settings, "finance_sentiment")
    assert before.pricing.instance.usd_per_hour == 0.17
    assert after.pricing.instance.usd_per_hour == after.choices.instance.usd_per_hour == 1.7
    assert after.choices.hosted == catalogue_of(settings).hosted_price("gpt-5.4-nano")
    assert after.choices.builders[0].salary.median_usd == 90_000
    take_back(settings, "instance", C6I)
    assert usual_pricing(settings) == before.pricing


def test_a_region_and_a_machine_of_ones_own_are_priced_and_their_carbon_counted() -> None:
    known = laid_over((*REGION, own("machine", BOX, 4, 8, 0.11)))
    where = Pricing.choose(known, BOX, 0.3)
    assert (where.instance.vcpus, where.instance.memory_gib, where.instance.usd_per_hour) == (4, 8, 0.11)
    assert where.region.id == HANGZHOU
    spent = training_carbon(energy(2.0, "rapl"), where.region)
    assert (spent.value, spent.low, spent.high) == pytest.approx((2 * 580 * 1.3, 2 * 500 * 1.3, 2 * 700 * 1.3))
    assert [s.where for s in spent.sources] == ["An offer"]
    row = {"run_id": "r", "threads": 2, "train_seconds": 3600.0, "throughput_per_s": 100.0, "kwh": 0.1,
           "kwh_low": None, "kwh_high": None, "energy_method": "rapl"}  # fmt: skip
    assert figures(row, where).train_cost.sources[0].where == "An offer"
    with pytest.raises(NotFound, match=r"no region alibaba/cn-hangzhou"):
        laid_over(()).region(HANGZHOU)


def test_grid_and_pue_of_a_published_region_can_be_replaced_each_alone() -> None:
    published = catalog.region(VIRGINIA)
    grid = laid_over((own("grid", VIRGINIA, 100, 100, 150),)).region(VIRGINIA)
    assert [f.value for f in grid.grid] == [100, 150]
    assert grid.pue == published.pue
    pue = laid_over((own("pue", VIRGINIA, 1.05),)).region(VIRGINIA)
    assert [f.value for f in pue.pue] == [1.05]
    assert pue.grid == published.grid
    assert laid_over(()).region(VIRGINIA) == published


def test_a_decision_keeps_the_region_of_a_machine_beside(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1, scenario="finance_sentiment")
    enter(settings, *REGION, own("machine", BOX, 4, 8, 0.11))
    known = catalogue_of(settings)
    plain = usual_question(settings, "finance_sentiment")
    machines = (known.instance(BOX),)
    question = replace(plain, beside=machines, regions=known.regions_of(machines))
    index = open_index(settings, owner=True)
    said = json.loads(json.dumps(asked_of(answer(gather(index, question), question))))
    index.close()
    take_back(settings, "machine", BOX)
    take_back(settings, "grid", HANGZHOU)
    again = asked_again(settings, "finance_sentiment", said)
    assert [p.region.id for p in again.pricings] == [VIRGINIA, HANGZHOU]
    assert again.pricings[1].region.pue[0].value == 1.3


def test_rows_are_removed_in_the_order_they_rest_on_one_another(settings: Settings) -> None:
    enter(settings, *REGION, own("machine", BOX, 4, 8, 0.11))
    with pytest.raises(BadInput, match=f"The machine {BOX} stands in {HANGZHOU}; remove it first"):
        take_back(settings, "grid", HANGZHOU)
    save_settings(settings, instance=BOX)
    with pytest.raises(BadInput, match="The settings compute prices for"):
        take_back(Settings(home=settings.home, instance=BOX), "machine", BOX)
    take_back(settings, "machine", BOX)
    take_back(settings, "grid", HANGZHOU)
    assert catalogue_of(settings).own == ()


def test_what_cannot_be_names_its_field() -> None:
    assert set(faults("machine", "", (0, 8.0, 1e9), " ")) == {"id", "0", "2", "where"}
    assert str(faults("machine", "a/b/c", (2.5, 8, 1), "x")["0"]) == "The number of vCPUs is 2.5; give a whole number."
    assert str(faults("pue", "a/b", (0.9,), "x")["0"]) == "The PUE is 0.9; give a number from 1 to 10."
    assert str(faults("employer", "CN", (0.5,), "x")["0"]).endswith("is 0.5; give a number from 1 to 100.")
    assert str(faults("instance", C6I, (1e9,), "x")["0"]).endswith("give a number above 0 and up to 100000.0.")
    assert not faults("pue", "a/b", (1.2,), "x", date.today())
    tomorrow = date.today() + timedelta(days=1)
    assert str(faults("pue", "a/b", (1.2,), "x", tomorrow)["when"]).startswith(f"{tomorrow} is still to come")
    wrong = faults("grid", "a/b", (500, 400, 700), "x")
    assert str(wrong["1"]).startswith("The likely 400 gCO2e per kWh is not between the lowest, 500, and the highest")
    for bad in (float("nan"), float("inf")):
        assert "give a number above 0" in str(faults("instance", C6I, (bad,), "x")["0"])
    every: dict[str, Iterable[str]] = {
        "instance": catalog.instances(),
        "hosted": facts.hosted_prices(),
        "grid": catalog.regions(),
    }
    for what, rows in every.items():
        assert not [r for r in rows if faults(what, r, (1.0,) * len(FIELDS[what]), "x")]


def test_half_a_region_and_a_machine_nowhere_are_explained() -> None:
    with pytest.raises(BadInput, match="needs both a grid and a PUE"):
        laid_over(REGION[:1])
    with pytest.raises(BadInput, match="has no grid there"):
        laid_over((own("machine", BOX, 4, 8, 0.11),))
    known = laid_over(REGION)
    assert "There is alibaba/cn-hangzhou already" in str(known.refuses("grid", HANGZHOU))
    assert "has no slash" in str(known.refuses("machine", f"{HANGZHOU}/a/b"))
    assert known.refuses("machine", BOX) is None


def test_usual_choices_take_a_hosted_model_by_any_name(settings: Settings) -> None:
    enter(settings, own("hosted", "qwen-plus", 0.4, 1.2))
    known = catalogue_of(settings)
    assert known.hosted_price("qwen-plus").usd_per_1m_output == 1.2
    assert usual_choices(known, usual_pricing(settings), "finance_sentiment").hosted.model == "gpt-5.4-nano"

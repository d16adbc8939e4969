"""Labels, people, training month by month, GPUs and catalogue rows: by hand."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from engine.economics import accelerator, catalog, facts, own_rows
from engine.economics.figure import Source
from engine.economics.labels import Labelling, label_cost, next_thousand
from engine.economics.people import Role, people_month, people_until, role_month
from engine.economics.programme import Programme, rework, training_month
from engine.economics.training import train_cost
from engine.errors import BadInput, NotFound

C6I = catalog.instance("aws/us-east-1/c6i.xlarge")
OWN = Source("An offer", "offer of 3 May", "2026-05-03")


def test_labels_by_hand() -> None:
    labelling = Labelling(0.012, answers_per_row=3, reviewed_share=0.1, usd_per_review=0.5, source=OWN)
    cost = label_cost(2000, labelling)
    assert cost.value == pytest.approx(2000 * (0.036 + 0.05))
    assert (cost.kind, cost.sources) == ("assumed", (OWN,))
    assert next_thousand(labelling).value == pytest.approx(86)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ((0,), "price of a label is 0"),
        ((-1,), "price of a label is -1"),
        ((1, 0.5), "answers a row is 0.5; give 1 or more"),
        ((1, 1, 1.2), "rows reviewed is 1.2"),
        ((1, 1, 0, math.nan), "price of a review is nan"),
    ],
)
def test_bad_labelling_names_the_field(values: tuple[Any, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Labelling(*values)


def test_people_by_hand() -> None:
    pay = facts.salary("Machine Learning Engineer", "US", "MI")
    factor, source = facts.employer_factors()["US"]
    half = Role(pay, 0.5, factor, source, hiring_months=3)
    month = role_month(half)
    assert month.value == pytest.approx(172000 * 1.4234 / 12 / 2)
    assert [month.low, month.high] == pytest.approx([137750 * 1.4234 / 24, 223900 * 1.4234 / 24])
    assert len(month.sources) == 2
    assert people_month([half, half]).value == pytest.approx(2 * month.value)
    assert people_until([half], 12).value == pytest.approx(9 * month.value)
    assert people_until([half], 2).value == 0


def test_where_no_salary_is_published_the_field_asks_for_one() -> None:
    with pytest.raises(NotFound, match=r"No salary of Data Scientist \(MI\) is published for CN; enter one"):
        facts.salary("Data Scientist", "CN", "MI")
    own = own_rows.own_salary("Data Scientist", "CN", "MI", 60000, OWN)
    assert role_month(Role(own, 1, 1.4)).value == pytest.approx(7000)
    assert facts.employer_factors().get("CN") is None
    with pytest.raises(BadInput, match=r"employer's factor is 0\.5"):
        Role(own, 1, 0.5)


def test_a_price_of_ones_own_carries_its_source() -> None:
    dear = own_rows.own_instance_price(C6I, 0.34, OWN)
    assert train_cost(3600, 2, dear).value == pytest.approx(0.34)
    assert train_cost(3600, 2, dear).sources == (OWN,)
    price = own_rows.own_hosted_price(facts.hosted_price("gpt-5.4-nano"), 1, 2, OWN)
    assert (price.usd_per_1m_input, price.usd_per_1m_output, price.source) == (1, 2, OWN)


def test_training_month_by_hand() -> None:
    # 5 planned runs; a tenth of runs fail, so 5.56 are started; an hour each at 0.17 USD.
    month = training_month(3600, 2, C6I, Programme(1, 4, 0.1))
    assert month.value == pytest.approx(5 / 0.9 * 0.17)
    assert month.low < month.value < month.high


def test_spot_counts_what_interruptions_cost() -> None:
    # c6i.xlarge in us-east-1: 15 to 20 % a month; 0.25 h of work and 0.1 h of restart are lost each time.
    assert facts.interruption(C6I)[:2] == (0.15, 0.2)  # type: ignore[index]
    value, low, high = rework(C6I, Programme(checkpoint_hours=0.5, restart_hours=0.1), spot=True)
    assert value == pytest.approx(1 - math.log(1 - 0.175) / 730 * 0.35)
    assert 1 < low < value < high
    spot = training_month(3600, 2, C6I, Programme(1, 4, 0.1), spot=True)
    assert spot.value == pytest.approx(5 / 0.9 * 0.068 * value)
    assert len(spot.sources) == 2


def test_bands_without_an_end_are_read() -> None:
    bands = {facts.interruption(i)[:2] for i in catalog.instances().values() if facts.interruption(i)}  # type: ignore[index]
    assert (0.0, 0.05) in bands
    assert (0.2, 0.4) in bands
    assert facts.interruption(catalog.instance("azure/eastus/Standard_D4s_v5")) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [((-1,), "retrainings a month is -1"), ((1, math.inf), "experiments"), ((1, 1, 1.0), "failed runs is 1.0")],
)
def test_a_bad_programme_names_the_field(values: tuple[float, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        Programme(*values)


def test_a_gpu_by_hand() -> None:
    t4 = catalog.instance("aws/us-east-1/g4dn.xlarge")
    hours = accelerator.gpu_train_hours(65e12 * 3600, t4)  # an hour at the peak
    assert [hours.value, hours.low, hours.high] == pytest.approx([10, 2.5, 50])
    assert hours.kind == "projected"
    cost = accelerator.gpu_train_cost(65e12 * 3600, t4)
    assert cost.value == pytest.approx(10 * t4.usd_per_hour)
    assert accelerator.flops_per_prediction(22.7e6, 30) == 2 * 22.7e6 * 30
    with pytest.raises(BadInput, match="has no GPU"):
        accelerator.gpu_train_hours(1e12, C6I)
    assert accelerator.achieved_flops_per_s(1e12, 10).value == 1e11


def test_a_gpu_from_the_efficiency_that_was_measured_here() -> None:
    t4 = catalog.instance("aws/us-east-1/g4dn.xlarge")
    here = accelerator.efficiency_here(2e11, 1e12)
    assert (here.value, here.kind) == (0.2, "measured")
    hours = accelerator.gpu_train_hours(65e12 * 3600, t4, accelerator.carried(here))
    assert [hours.value, hours.low, hours.high] == pytest.approx([1 / 0.06, 1 / 0.2, 1 / 0.02])
    assert "0.2 of the peak of this machine was measured here" in str(hours.formula)
    assert accelerator.efficiency_here(3e12, 1e12).value == 1
    with pytest.raises(BadInput, match="peak of this machine is 0"):
        accelerator.efficiency_here(1e12, 0)


def test_every_gpu_instance_with_a_peak_can_be_projected() -> None:
    with_gpu = [i for i in catalog.instances().values() if i.gpu_count]
    assert all(0 < accelerator.gpu_train_cost(1e15, i).low < 1e6 for i in with_gpu)
    priced = 0
    for offer in facts.serverless_gpus().values():
        try:
            figure = accelerator.serverless_per_1000(1.4e9, offer)
        except BadInput:
            continue
        assert 0 < figure.low < figure.value < figure.high
        priced += 1
    assert priced >= 4


def test_every_fact_is_dated_and_positive() -> None:
    for price in facts.hosted_prices().values():
        assert price.usd_per_1m_input > 0
        assert price.source.where
        assert price.source.as_of
        assert not price.ends or date.fromisoformat(price.ends)
    for pay in facts.salaries().values():
        assert 0 < pay.p25_usd <= pay.median_usd <= pay.p75_usd
    with pytest.raises(NotFound, match=r"no price of gpt-3, or no longer"):
        facts.hosted_price("gpt-3")

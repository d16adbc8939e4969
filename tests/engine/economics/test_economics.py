"""Costs and carbon against hand calculations and the published test values of other tools."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from engine.economics import carbon, catalog, power, serving, training
from engine.economics.figure import Figure
from engine.economics.projection import throughput
from engine.errors import BadInput, NotFound
from engine.messages import Message

C6I = catalog.instance("aws/us-east-1/c6i.xlarge")
VIRGINIA = catalog.region("aws/us-east-1")


def test_training_costs_measured_hours_times_the_price() -> None:
    cost = training.train_cost(3600, 2, C6I)
    assert (cost.value, cost.unit, cost.kind) == (0.17, "USD", "projected")
    assert cost.low == pytest.approx(0.17 / 3)  # 4 vCPUs for 2 cores, each 1.5 times as fast
    assert cost.high == pytest.approx(0.17 * 2)  # each half as fast, the others idle
    assert [s.as_of for s in cost.sources] == ["2026-07-20"]
    assert "1.0 h × 0.17 USD per h of aws/us-east-1/c6i.xlarge" in str(cost.formula)


def test_training_takes_longer_on_fewer_vcpus() -> None:
    assert training.train_cost(3600, 8, C6I).value == pytest.approx(2 * 0.17)


def test_spot_uses_the_spot_price_and_its_source() -> None:
    cost = training.train_cost(3600, 2, C6I, spot=True)
    assert cost.value == pytest.approx(0.068)
    assert "spotinfo" in cost.sources[0].where


def test_an_instance_without_a_spot_price_says_so() -> None:
    with pytest.raises(BadInput, match="has no published spot price; choose on-demand"):
        training.train_cost(3600, 2, catalog.instance("azure/eastus/Standard_D4s_v5"), spot=True)


def test_a_thousand_predictions_by_hand() -> None:
    assert serving.usd_per_1000(0.36, 100, 1.0) == pytest.approx(0.001)  # 360,000 an hour for 0.36 USD
    assert serving.usd_per_1000(0.36, 100, 0.1) == pytest.approx(0.01)
    cost = serving.cost_per_1000(100, 2, C6I, 0.3)
    assert cost.value == pytest.approx(0.17 / (200 * 3600 * 0.3) * 1000)
    assert [cost.low, cost.high] == pytest.approx([cost.value / 1.5, cost.value * 2])


def test_projected_throughput_is_the_one_the_cost_uses() -> None:
    there = throughput(100, 2, C6I.vcpus)
    cost = serving.cost_per_1000(100, 2, C6I, 0.3)
    assert cost.value == pytest.approx(serving.usd_per_1000(C6I.usd_per_hour, there.value, 0.3))


def test_green_algorithms_published_case() -> None:
    # 1 h, one V100 of 300 W, 64 GB, PUE 1.2: 0.388608 kWh (Green Algorithms v3.0).
    v100 = catalog.gpu_watts()["V100 SXM2"]
    memory = power.memory_power(64).low
    assert v100.source.as_of
    assert (300 + memory) * 1.2 / 1000 == pytest.approx(0.388608)


def test_cloud_carbon_footprint_published_case() -> None:
    assert power.vcpu_power(4, 0.5).watts == pytest.approx(8.48)  # 4 vCPUs at half load


def test_codecarbon_constants() -> None:
    # codecarbon 3.3.2: 1 kWh is 0.056039 kg in France, 0.17906420631 kg in California, 0.475 kg where nothing is known.
    def grid(region: str, basis: str) -> float:
        return next(f.value for f in catalog.region(region).grid if f.basis.startswith(basis))

    assert grid("aws/eu-west-3", "country") == pytest.approx(56.039)
    assert grid("aws/us-west-1", "US state") == pytest.approx(179.064, rel=1e-5)
    assert grid("any/world", "world, IEA 2019") == 475


def test_training_carbon_by_hand() -> None:
    kwh = carbon.energy(2.0, "rapl")
    grams = carbon.training_carbon(kwh, VIRGINIA)
    assert (kwh.kind, grams.kind, grams.unit) == ("measured", "projected", "gCO2e")
    assert grams.value == pytest.approx(2.0 * 244.758 * 1.14)
    assert grams.low == pytest.approx(2.0 * 244.758 * 1.135)
    assert grams.high == pytest.approx(2.0 * 369.473 * 1.2)
    assert set(grams.sources) == {f.source for f in (*VIRGINIA.grid, *VIRGINIA.pue)}


def test_serving_carbon_by_hand() -> None:
    watts = 4 * (0.74 + 0.5 * (3.5 - 0.74)) + 8 * 0.392
    hours = 1000 / (200 * 3600 * 0.5)
    assert power.instance_power(C6I, 0.5).watts == pytest.approx(watts)
    grams = carbon.carbon_per_1000(100, 2, C6I, 0.5, VIRGINIA)
    assert grams.value == pytest.approx(watts * hours / 1000 * 244.758 * 1.14)


def test_a_known_processor_counts_by_its_share_of_time() -> None:
    counted = power.process_power("AMD EPYC 7R13 Processor", 96, 48, 16, virtual=False)
    assert counted.watts == pytest.approx(225 * 0.5 + 16 * 0.3725)
    assert counted.note is None


@pytest.mark.parametrize(
    ("name", "virtual", "said"), [("AMD EPYC", False, "AMD EPYC is not published"), ("x", True, "shared")]
)
def test_an_unknown_or_shared_processor_counts_by_vcpu(name: str, virtual: bool, said: str) -> None:
    counted = power.process_power(name, 4, 2, 0, virtual=virtual)
    assert counted.watts == pytest.approx(8.48)
    assert said in str(counted.note)


@pytest.mark.parametrize(
    ("system", "published"),
    [
        ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "Intel Xeon Platinum 8375C"),
        ("AMD Ryzen 9 7950X 16-Core Processor", "AMD Ryzen 9 7950X"),
        ("12th Gen Intel(R) Core(TM) i7-12700K", "Intel Core i7-12700K"),
        ("AMD EPYC", None),
        ("", None),
    ],
)
def test_processor_names_match_whole_models_only(system: str, published: str | None) -> None:
    found = catalog.cpu_power(system)
    assert (found.name if found else None) == published


def test_every_instance_can_be_priced_and_weighed() -> None:
    for instance in catalog.instances().values():
        region = catalog.region(instance.region_id)
        for figure in (
            training.train_cost(60, 2, instance),
            serving.cost_per_1000(500, 2, instance, 0.3),
            carbon.carbon_per_1000(500, 2, instance, 0.3, region),
        ):
            assert 0 < figure.low <= figure.value <= figure.high < math.inf
            assert all(s.where and s.as_of for s in figure.sources)
            assert str(figure.formula)


def test_catalogue_prices_are_sane() -> None:
    for instance in catalog.instances().values():
        assert instance.vcpus > 0
        assert instance.memory_gib > 0
        assert 0 < (instance.spot_usd_per_hour or 0.001) <= instance.usd_per_hour
    assert len({i.provider for i in catalog.instances().values()}) >= 4


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"c6i\.xlarge"):
        catalog.instance("aws/us-east-1/c6i.xlarg")
    with pytest.raises(NotFound, match="aws/us-east-1"):
        catalog.region("aws/us-east1")


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "many", None, True])
@pytest.mark.parametrize(
    "ask",
    [
        lambda v: serving.cost_per_1000(v, 2, C6I, 0.3),
        lambda v: serving.cost_per_1000(100, v, C6I, 0.3),
        lambda v: serving.usd_per_1000(v, 100, 0.3),
        lambda v: carbon.carbon_per_1000(v, 2, C6I, 0.3, VIRGINIA),
    ],
)
def test_bad_values_are_refused_by_name(ask: Callable[[object], object], bad: object) -> None:
    with pytest.raises(BadInput, match=f"is {bad}; give a"):
        ask(bad)


@pytest.mark.parametrize("bad", [0, -0.1, 1.01, math.nan, math.inf])
def test_utilisation_is_a_share(bad: float) -> None:
    with pytest.raises(BadInput, match="utilisation is"):
        serving.cost_per_1000(100, 2, C6I, bad)


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_time_and_energy_are_finite(bad: float) -> None:
    with pytest.raises(BadInput, match="training time is"):
        training.train_cost(bad, 2, C6I)
    with pytest.raises(BadInput, match="energy is"):
        carbon.energy(bad, "rapl")


def test_a_figure_is_never_outside_its_range() -> None:
    with pytest.raises(ValueError, match="outside its range"):
        Figure(1.0, "USD", "measured", 2.0, 3.0, Message("x"))
    with pytest.raises(BadInput, match="value is nan"):
        Figure(math.nan, "USD", "measured", 0.0, 1.0, Message("x"))


def test_cost_falls_as_utilisation_rises_and_grows_with_the_price() -> None:
    costs = [serving.cost_per_1000(100, 2, C6I, u / 20).value for u in range(1, 21)]
    assert costs == sorted(costs, reverse=True)
    assert serving.usd_per_1000(2, 100, 0.3) == pytest.approx(2 * serving.usd_per_1000(1, 100, 0.3))

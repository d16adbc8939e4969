"""Machines for a load, what they cost, and where building meets buying: by hand, and what must hold for any load."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.economics import budget, capacity, catalog, footprint, hosting
from engine.economics.combine import assumed
from engine.economics.demand import HOURS, PROFILES, Load
from engine.economics.facts import hosted_price
from engine.economics.figure import Figure
from engine.economics.hosted import Tokens, first_meeting, hosted_per_1000
from engine.economics.programme import HOURS_A_MONTH
from engine.errors import BadInput, NotFound
from engine.messages import Message

C6I = catalog.instance("aws/us-east-1/c6i.xlarge")
SERVICE = capacity.Service(mean_ms=20, p95_ms=25, cores_here=2)
OBJECTIVE = capacity.Objective(p95_ms=100)
FEE = assumed(1000.0, "USD a month", Message("a fee"))


def test_a_day_adds_up_to_the_month() -> None:
    for name in PROFILES:
        hourly = Load(7.3e6, name).hourly_per_s()
        assert hourly.shape == (HOURS,)
        assert hourly.sum() * 3600 * HOURS_A_MONTH / HOURS == pytest.approx(7.3e6)
    assert Load(1e6).after(12, 0.1).predictions_month == pytest.approx(1e6 * 1.1**12)


def test_a_machine_holds_as_many_servers_as_it_has_cores_for() -> None:
    there = capacity.Replica.of(SERVICE, C6I)  # 4 vCPUs, measured on 2 cores
    assert (there.servers, there.service_s, there.p95_s) == (2, 0.02, 0.025)
    small = capacity.Replica.of(replace(SERVICE, cores_here=8), C6I)
    assert (small.servers, small.service_s) == (1, 0.04)  # half the cores: twice as long


def test_the_wait_of_a_plan_is_that_of_its_queue() -> None:
    # 8 a second of 1/3 s each on 2 machines of 2 servers: the published case of M/M/4.
    service = capacity.Service(mean_ms=1000 / 3, p95_ms=400, cores_here=2)
    load = Load(8 * HOURS_A_MONTH * 3600, "flat")
    found = capacity.plan(load, service, C6I, capacity.Objective(p95_ms=2000, headroom=0, fewest_replicas=2))
    assert found.fixed[0] == 2
    assert found.wait.mean_s == pytest.approx(0.09460458240946)
    assert found.wait.late_share == pytest.approx(0.3784183296378418 * math.exp(-4 * 1.6))
    assert 0.3784183296378418 * math.exp(-4 * found.wait.p95_s) == pytest.approx(0.05)
    alone = capacity.plan(Load(1000.0), SERVICE, C6I, OBJECTIVE)
    assert alone.wait.p95_s == 0


def test_the_objective_holds_whatever_the_load() -> None:
    random = np.random.default_rng(3)
    for monthly in 10 ** random.uniform(3, 10, 40):
        wait = capacity.plan(Load(float(monthly)), SERVICE, C6I, OBJECTIVE).wait
        assert 0 <= wait.late_share <= capacity.LATE_SHARE
        assert wait.p95_s * 1000 + SERVICE.p95_ms <= OBJECTIVE.p95_ms + 1e-9


def test_a_plan_by_hand() -> None:
    # 1,000 a second of 20 ms with 30 % headroom keep 26 servers busy; 28 of them are 14 machines.
    load = Load(1000 * HOURS_A_MONTH * 3600, "flat")
    found = capacity.plan(load, SERVICE, C6I, OBJECTIVE)
    assert found.fixed[0] == 14
    assert found.by_hour == (14,) * HOURS
    assert found.utilisation == pytest.approx(1000 * 0.02 / 28)
    assert found.fixed[1] < found.fixed[0] < found.fixed[2]
    month = hosting.hosting_month(found)
    assert month.value == pytest.approx(14 * 730 * 0.17)
    assert (month.unit, month.kind) == ("USD a month", "projected")
    assert hosting.per_1000(month, load.predictions_month).value == pytest.approx(month.value / 2_628_000_000 * 1000)
    assert hosting.per_customer(month, 50).value == pytest.approx(month.value / 50)


def test_machines_that_follow_the_load_are_ready_before_their_hour_and_never_dearer() -> None:
    load = Load(5e8, "office")
    found = capacity.plan(load, SERVICE, C6I, OBJECTIVE)
    needed = capacity.machines(load.hourly_per_s(), SERVICE, C6I, OBJECTIVE)
    assert all(found.by_hour[h] >= needed[h] and found.by_hour[h] >= needed[(h + 1) % HOURS] for h in range(HOURS))
    fixed, scaled = hosting.hosting_month(found), hosting.hosting_month(found, scaled=True)
    assert scaled.value < fixed.value
    assert found.scaled_utilisation > found.utilisation


@pytest.mark.parametrize("seed", range(12))
def test_cost_never_falls_as_the_load_rises_nor_as_the_objective_tightens(seed: int) -> None:
    random = np.random.default_rng(seed)
    mean = float(random.uniform(0.5, 40))
    service = capacity.Service(mean, mean * 1.3, float(random.integers(1, 9)))
    objective = capacity.Objective(float(random.uniform(mean * 8, 500 + mean * 8)), float(random.uniform(0, 1)))
    profile = str(random.choice(list(PROFILES)))
    volumes = np.geomspace(1e3, 1e9, 40)
    for scaled in (False, True):
        build = budget.Build(service, C6I, objective, profile, scaled, False, {"fee": FEE})
        costs = build.usd_month(volumes)
        assert (np.diff(costs) >= 0).all()
        stricter = replace(build, objective=replace(objective, p95_ms=objective.p95_ms * 0.8))
        assert (stricter.usd_month(volumes) >= costs).all()
        assert (build.low(volumes) <= costs).all()
        assert (build.high(volumes) >= costs).all()


def test_the_curve_and_the_plan_say_the_same() -> None:
    load = Load(3e8, "evening")
    found = capacity.plan(load, SERVICE, C6I, OBJECTIVE)
    for scaled in (False, True):
        month = hosting.hosting_month(found, scaled=scaled)
        build = budget.Build(SERVICE, C6I, OBJECTIVE, "evening", scaled, False, {"fee": FEE})
        volume = np.array([3e8])
        assert build.usd_month(volume)[0] == pytest.approx(month.value + 1000)
        assert build.low(volume)[0] == pytest.approx(month.low + 1000)
        assert build.high(volume)[0] == pytest.approx(month.high + 1000)


def test_building_meets_buying_where_the_lines_cross() -> None:
    built = lambda v: 1000 + 0 * v  # noqa: E731
    bought = lambda v: v / 1000 * 0.02  # noqa: E731
    assert first_meeting(built, bought, 1, 1e10) == pytest.approx(5e7, rel=2e-3)
    assert first_meeting(built, lambda v: v * 0, 1, 1e10) is None
    build = budget.Build(SERVICE, C6I, OBJECTIVE, "flat", False, False, {"fee": FEE})
    buy = budget.Buy(hosted_per_1000(hosted_price("gpt-5.4-nano"), Tokens(30, 60, 5)), {})
    met = budget.meeting(build, buy)
    assert met.low is not None
    assert met.value is not None
    assert met.high is not None
    assert met.low <= met.value <= met.high
    # Two machines suffice there: 1,000 + 2 × 730 h × 0.17 USD, at 0.02425 USD per 1,000 bought.
    assert met.value == pytest.approx((1000 + 2 * 730 * 0.17) / 0.02425 * 1000, rel=2e-3)


def test_a_year_of_carbon_by_hand() -> None:
    found = capacity.plan(Load(1000 * HOURS_A_MONTH * 3600, "flat"), SERVICE, C6I, OBJECTIVE)
    watts = 4 * (0.74 + found.utilisation * (3.5 - 0.74)) + 8 * 0.392
    kwh = watts * 14 * 8760 / 1000
    assert footprint.serving_year_energy(found).value == pytest.approx(kwh)
    year = footprint.serving_year_carbon(found, catalog.region("aws/us-east-1"))
    assert year.value == pytest.approx(kwh * 244.758 * 1.14)
    assert year.low < year.value < year.high


def test_the_cleanest_and_the_cheapest_place_are_among_machines_alike() -> None:
    counted = capacity.plan(Load(1e8), SERVICE, C6I, OBJECTIVE)
    found = footprint.places(counted, catalog.instances().values(), catalog.regions())
    assert len({p.region.id for p in found}) == len(found) > 5
    assert all(p.instance.vcpus == 4 and not p.instance.gpu_count for p in found)
    assert found[0].month.value == min(p.month.value for p in found)
    assert footprint.cleanest(found).year_carbon.value == min(p.year_carbon.value for p in found)
    assert next(p for p in found if p.region.id == "aws/us-east-1").instance is C6I


def test_the_cheapest_place_follows_the_choice_of_spot_machines() -> None:
    counted = capacity.plan(Load(1e8), SERVICE, C6I, OBJECTIVE)
    found = footprint.places(counted, catalog.instances().values(), catalog.regions(), spot=True)
    offers = [i for i in footprint.alike(C6I, catalog.instances().values()) if i.spot_usd_per_hour]
    prices = [i.spot_usd_per_hour or 0 for i in offers if i.region_id != C6I.region_id or i is C6I]
    assert found[0].month.value == pytest.approx(counted.fixed_hours[0] * min(prices))
    assert {p.region.id for p in found} == {i.region_id for i in offers}
    assert len(found) < len(footprint.places(counted, catalog.instances().values(), catalog.regions()))


def test_an_objective_shorter_than_computing_is_explained() -> None:
    with pytest.raises(BadInput, match=r"objective is 24 ms and computing alone takes 25.0 ms"):
        capacity.plan(Load(1e6), SERVICE, C6I, capacity.Objective(24))


def test_a_load_above_any_capacity_is_explained() -> None:
    with pytest.raises(BadInput, match="need more than 10000 servers"):
        capacity.plan(Load(1e12), SERVICE, C6I, OBJECTIVE)
    with pytest.raises(BadInput, match="nobody asks for more"):
        Load(1e13)


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, None, "many"])
def test_bad_values_name_the_field(bad: float) -> None:
    with pytest.raises(BadInput, match=f"predictions a month is {bad}"):
        Load(bad)
    with pytest.raises(BadInput, match=f"latency objective is {bad}"):
        capacity.Objective(bad)
    with pytest.raises(BadInput, match=f"latency \\(mean\\) is {bad}"):
        capacity.Service(bad, 1, 1)
    with pytest.raises(BadInput, match=f"customers is {bad}"):
        hosting.per_customer(Figure(1, "USD a month", "assumed", 1, 1, Message("x")), bad)


def test_an_unknown_shape_of_a_day_names_the_choices() -> None:
    with pytest.raises(NotFound, match="choose one of flat, office, evening"):
        Load(1, "night")
    with pytest.raises(BadInput, match="growth a month is -1"):
        Load(1).after(1, -1)
    with pytest.raises(BadInput, match=r"fewest machines are 0\.5"):
        capacity.Objective(10, fewest_replicas=0.5)  # type: ignore[arg-type]

"""Waiting for a server: the closed form, a simulation, and what must hold for any load."""

from __future__ import annotations

import math
from fractions import Fraction

import ciw
import numpy as np
import pytest

from engine.economics import queue
from engine.errors import BadInput


def closed_form(servers: int, offered: Fraction) -> float:
    """Erlang C as it is printed: sums of powers over factorials, in exact fractions."""
    last = offered**servers / math.factorial(servers) * servers / (servers - offered)
    return float(last / (sum(offered**k / math.factorial(k) for k in range(servers)) + last))


def test_the_published_case() -> None:
    # 8 requests a second, 3 served a second by each of 4.
    assert queue.erlang_c(4, 8 / 3) == pytest.approx(0.3784183296378418, rel=1e-12)
    assert queue.mean_wait_s(4, 8, 1 / 3) == pytest.approx(0.09460458240946)
    assert 1 - queue.share_waiting_longer(4, 8, 1 / 3, 0.1) == pytest.approx(0.7463386078564)


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_the_closed_form(seed: int) -> None:
    random = np.random.default_rng(seed)
    servers = int(random.integers(1, 60))
    offered = Fraction(int(random.integers(1, 1000)), 1000) * servers
    if offered < servers:
        assert queue.erlang_c(servers, float(offered)) == pytest.approx(closed_form(servers, offered), rel=1e-9)


@pytest.mark.parametrize(("servers", "per_s"), [(2, 1.5), (4, 3.0)])
def test_agrees_with_a_simulation(servers: int, per_s: float) -> None:
    waits = []
    for seed in range(4):
        ciw.seed(seed)
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(per_s)],
            service_distributions=[ciw.dists.Exponential(1.0)],
            number_of_servers=[servers],
        )
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(2500)
        waits += [r.waiting_time for r in simulation.get_all_records() if r.arrival_date > 200]
    assert np.mean(waits) == pytest.approx(queue.mean_wait_s(servers, per_s, 1.0), rel=0.15)
    late = np.mean(np.array(waits) > 0.5)
    assert late == pytest.approx(queue.share_waiting_longer(servers, per_s, 1.0, 0.5), abs=0.03)


def test_the_fewest_servers_hold_the_promise_and_one_fewer_does_not() -> None:
    random = np.random.default_rng(5)
    for _ in range(60):
        per_s, service, wait = random.uniform(0.1, 2000), random.uniform(0.001, 0.2), random.uniform(0.0, 0.3)
        (needed,) = queue.servers_needed([per_s], service, wait, 0.05)
        assert queue.share_waiting_longer(int(needed), per_s, service, wait) <= 0.05
        if needed - 1 > per_s * service and needed > 1:
            assert queue.share_waiting_longer(int(needed) - 1, per_s, service, wait) > 0.05


def test_more_load_never_needs_fewer_and_a_stricter_objective_never_fewer() -> None:
    random = np.random.default_rng(6)
    for _ in range(30):
        loads = np.sort(random.uniform(0, 3000, 50))
        service, wait = random.uniform(0.001, 0.1), random.uniform(0.001, 0.2)
        needed = queue.servers_needed(loads, service, wait, 0.05)
        assert (np.diff(needed) >= 0).all()
        assert (queue.servers_needed(loads, service, wait / 2, 0.05) >= needed).all()
        assert (queue.servers_needed(loads, service, wait, 0.01) >= needed).all()


def test_the_quantile_is_where_the_share_waits() -> None:
    wait = queue.wait_quantile_s(4, 8, 1 / 3, 0.9)
    assert queue.share_waiting_longer(4, 8, 1 / 3, wait) == pytest.approx(0.1)
    assert queue.wait_quantile_s(4, 1, 1 / 3, 0.5) == 0.0


def test_no_load_needs_no_server() -> None:
    assert queue.servers_needed([0.0, 1.0], 0.1, 0.1, 0.05).tolist() == [0, 1]


def test_a_load_that_cannot_be_carried_is_a_sentence() -> None:
    with pytest.raises(BadInput, match="the queue would grow without end"):
        queue.erlang_c(4, 4.0)  # a utilisation of 1
    with pytest.raises(BadInput, match="need more than 10000 servers"):
        queue.servers_needed([1e9], 0.1, 0.1, 0.05)
    for bad in (-1.0, math.nan, math.inf):
        with pytest.raises(BadInput, match="load"):
            queue.servers_needed([bad], 0.1, 0.1, 0.05)
    with pytest.raises(BadInput, match="service time is 0"):
        queue.servers_needed([1.0], 0, 0.1, 0.05)

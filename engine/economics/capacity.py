"""How many machines a load needs to be answered in time, hour by hour.

A model measured on n cores is one server; a machine of v vCPUs holds ⌊v ÷ n⌋ of them, at least one, and together they
do what the rule of `projection` says v vCPUs do. Each server takes one request at a time, in the mean time measured.
All machines share one queue (`queue`, M/M/c). The objective holds when the wait that 95 % of requests stay under and
the measured p95 of computing add up to no more than it: stricter than the p95 of the sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.catalog import Instance
from engine.economics.demand import HOURS, Load
from engine.economics.figure import above_zero, not_negative
from engine.economics.programme import HOURS_A_MONTH
from engine.economics.projection import PER_VCPU_HIGH, PER_VCPU_LOW
from engine.economics.queue import mean_wait_s, servers_needed, share_waiting_longer, wait_quantile_s
from engine.errors import BadInput
from engine.messages import Message

LATE_SHARE = 0.05
"""The objective is for the p95: one request in twenty may be later."""
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Service:
    """How long one request takes, as measured. Raises BadInput naming the field at fault."""

    mean_ms: float
    """What keeps a server busy: the median would forget the slow ones."""
    p95_ms: float
    cores_here: float
    """Cores it was measured on."""

    def __post_init__(self) -> None:
        above_zero(Message("The measured latency (mean)"), self.mean_ms)
        above_zero(Message("The measured latency (p95)"), self.p95_ms)
        above_zero(Message("The number of cores measured on"), self.cores_here)


@dataclass(frozen=True)
class Objective:
    """What is promised. Raises BadInput naming the field at fault."""

    p95_ms: float
    """95 of 100 answers come within this time, waiting and computing."""
    headroom: float = 0.3
    """Share added to every load before machines are counted."""
    fewest_replicas: int = 2
    """So that one may fail."""

    def __post_init__(self) -> None:
        above_zero(Message("The latency objective"), self.p95_ms)
        not_negative(Message("The headroom"), self.headroom)
        if above_zero(Message("The fewest machines"), self.fewest_replicas) < 1:
            raise BadInput("The fewest machines are {value}; give 1 or more.", value=self.fewest_replicas)


@dataclass(frozen=True)
class Replica:
    """One machine: how many requests it computes at once, and how long each takes there."""

    servers: int
    service_s: float
    p95_s: float

    @classmethod
    def of(cls, service: Service, instance: Instance, *, pace: float = 1.0) -> Replica:
        """Return a replica on `instance`; `pace` is the speed of a vCPU there over that of a core here."""
        cores = instance.vcpus * pace
        servers = max(1, int(instance.vcpus // service.cores_here))
        slower = servers * service.cores_here / cores
        return cls(servers, service.mean_ms / 1000 * slower, service.p95_ms / 1000 * slower)


@dataclass(frozen=True)
class Wait:
    """How long requests of the busiest hour wait for a server, on as many machines as never change."""

    mean_s: float
    p95_s: float
    """95 of 100 wait no longer; 0 where fewer than 5 of 100 wait at all."""
    late_share: float
    """Of requests, whose wait and the p95 of computing are together more than the objective."""


@dataclass(frozen=True)
class Plan:
    """Machines for one load. Hours are machine-hours a month, as (value, low, high) of the speed there."""

    load: Load
    instance: Instance
    fixed: tuple[int, int, int]
    """Machines that never change, for the busiest hour."""
    by_hour: tuple[int, ...]
    """Machines in each hour of the day when they follow the load, ready an hour before they are needed."""
    fixed_hours: tuple[float, float, float]
    scaled_hours: tuple[float, float, float]
    utilisation: float
    """Share of the fixed machines' time that computes."""
    scaled_utilisation: float
    wait: Wait


def plan(load: Load, service: Service, instance: Instance, objective: Objective) -> Plan:
    """Return the machines that `load` needs on `instance`.

    Raises BadInput when the objective is shorter than computing alone takes, or the load above any capacity.
    """
    hourly = load.hourly_per_s()
    paces = (1.0, PER_VCPU_HIGH, PER_VCPU_LOW)
    needs = [machines(hourly, service, instance, objective, pace=p) for p in paces]
    followed = [ahead(n) for n in needs]
    days = HOURS_A_MONTH / HOURS
    fixed = tuple(int(n.max()) for n in needs)
    busy = float(hourly.mean()) * Replica.of(service, instance).service_s / Replica.of(service, instance).servers
    return Plan(
        load=load,
        instance=instance,
        fixed=(fixed[0], fixed[1], fixed[2]),
        by_hour=tuple(int(n) for n in followed[0]),
        fixed_hours=_three([HOURS_A_MONTH * n for n in fixed]),
        scaled_hours=_three([float(n.sum()) * days for n in followed]),
        utilisation=busy / fixed[0],
        scaled_utilisation=busy * HOURS / float(followed[0].sum()),
        wait=_wait(float(hourly.max()), fixed[0], Replica.of(service, instance), objective),
    )


def _wait(per_s: float, machines_there: int, replica: Replica, objective: Objective) -> Wait:
    servers = machines_there * replica.servers
    left_s = objective.p95_ms / 1000 - replica.p95_s
    return Wait(
        mean_wait_s(servers, per_s, replica.service_s),
        wait_quantile_s(servers, per_s, replica.service_s, 1 - LATE_SHARE),
        share_waiting_longer(servers, per_s, replica.service_s, left_s),
    )


def machines(
    per_s: npt.NDArray[np.float64], service: Service, instance: Instance, objective: Objective, *, pace: float = 1.0
) -> Whole:
    """Return the machines that each load in `per_s` (any shape) needs, at least `objective.fewest_replicas`.

    `pace` changes how fast machines compute; whether the objective can be held at all is asked of the quoted speed.
    """
    quoted, there = Replica.of(service, instance), Replica.of(service, instance, pace=pace)
    left_s = objective.p95_ms / 1000 - quoted.p95_s
    if left_s <= 0:
        raise BadInput(
            "The latency objective is {objective} ms and computing alone takes {computing} ms (p95) on {instance}; "
            "give more time or choose another machine.",
            objective=objective.p95_ms,
            computing=round(quoted.p95_s * 1000, 2),
            instance=instance.id,
        )
    loads = per_s.ravel() * (1 + objective.headroom)
    servers = servers_needed(loads, there.service_s, left_s, LATE_SHARE).reshape(per_s.shape)
    return np.maximum(-(-servers // there.servers), objective.fewest_replicas)


def ahead(needed: Whole) -> Whole:
    """Return the machines that run in each hour (last axis) so that the next hour's are ready when it begins."""
    return np.maximum(needed, np.roll(needed, -1, axis=-1))


def _three(values: list[float]) -> tuple[float, float, float]:
    return values[0], values[1], values[2]

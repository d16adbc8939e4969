"""Building and buying side by side: what each costs a month at any volume, and where the money goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.capacity import Objective, Service, ahead, machines
from engine.economics.catalog import Instance
from engine.economics.combine import total
from engine.economics.demand import HOURS, PROFILES
from engine.economics.figure import Figure
from engine.economics.hosted import Crossing, crossing
from engine.economics.programme import HOURS_A_MONTH
from engine.economics.projection import PER_VCPU_HIGH, PER_VCPU_LOW
from engine.economics.queue import MOST_SERVERS
from engine.economics.training import hourly_price
from engine.messages import Message

Volumes = npt.NDArray[np.float64]
LEAST_A_MONTH = 1000.0


@dataclass(frozen=True)
class Build:
    """Serving a model of one's own: what grows with the load, and what is paid each month whatever the load."""

    service: Service
    instance: Instance
    objective: Objective
    profile: str
    scaled: bool
    """Machines follow the load through the day."""
    spot: bool
    monthly: Mapping[str, Figure]
    """Name → USD a month that does not depend on the load: training, people, labels."""

    def usd_month(self, volumes: Volumes, *, pace: float = 1.0, end: str = "value") -> Volumes:
        """Return USD a month for predictions a month (N,), machines `pace` times as fast, the rest at its `end`."""
        weights = np.asarray(PROFILES[self.profile].weights)
        hourly = volumes[:, None] / (HOURS_A_MONTH * 3600) * weights / weights.mean()
        needed = machines(hourly, self.service, self.instance, self.objective, pace=pace)
        hours = ahead(needed).sum(axis=1) if self.scaled else needed.max(axis=1) * HOURS
        price, _ = hourly_price(self.instance, spot=self.spot)
        return np.asarray(hours * (HOURS_A_MONTH / HOURS) * price + sum(getattr(f, end) for f in self.monthly.values()))

    def low(self, volumes: Volumes) -> Volumes:
        return self.usd_month(volumes, pace=PER_VCPU_HIGH, end="low")

    def high(self, volumes: Volumes) -> Volumes:
        return self.usd_month(volumes, pace=PER_VCPU_LOW, end="high")

    def most_a_month(self) -> float:
        """Return the predictions a month that the most servers can carry, with room to spare."""
        weights = np.asarray(PROFILES[self.profile].weights)
        peak = weights.max() / weights.mean() * (1 + self.objective.headroom)
        there = self.service.mean_ms / 1000 * self.service.cores_here / PER_VCPU_LOW
        return float(0.5 * MOST_SERVERS / there / peak * HOURS_A_MONTH * 3600)


@dataclass(frozen=True)
class Buy:
    """Answers of a hosted model, and what is paid each month whatever the load."""

    per_1000: Figure
    monthly: Mapping[str, Figure]

    def usd_month(self, volumes: Volumes, *, end: str = "value") -> Volumes:
        """Return USD a month for predictions a month (N,)."""
        fixed = sum(getattr(f, end) for f in self.monthly.values())
        return np.asarray(volumes / 1000 * getattr(self.per_1000, end) + fixed)

    def low(self, volumes: Volumes) -> Volumes:
        return self.usd_month(volumes, end="low")

    def high(self, volumes: Volumes) -> Volumes:
        return self.usd_month(volumes, end="high")


def meeting(build: Build, buy: Buy, *, most: float = 1e9) -> Crossing:
    """Return the volume from which building is no dearer than buying, up to `most` predictions a month."""
    return crossing(
        (build.usd_month, build.low, build.high),
        (buy.usd_month, buy.low, buy.high),
        least=LEAST_A_MONTH,
        most=min(most, build.most_a_month()),
    )


def month_total(parts: Mapping[str, Figure]) -> Figure:
    """Return the USD a month of all parts together."""
    return total(list(parts.values()), "USD a month", Message("The sum of what is paid each month."))

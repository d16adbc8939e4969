"""What an endpoint costs at the load it really has, on the machine that was chosen: from usage and measured speed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from engine.analytics.database import Index
from engine.analytics.priced import Pricing
from engine.analytics.served import DAY, SINCE
from engine.economics.figure import Figure
from engine.economics.serving import cost_at_load, cost_per_1000
from engine.serving.endpoints import Endpoint


@dataclass(frozen=True)
class EndpointCost:
    """USD per 1,000 predictions of one endpoint, as if it had its machines to itself."""

    rows_per_s: float
    """Measured: what it answered, over the time it was there."""
    today: Figure | None
    """At that load; None while nothing was asked, or where the speed of no version was measured."""
    usual: Figure | None
    """At the utilisation of the pricing; None where the speed was not measured."""


def endpoint_cost(index: Index, found: Endpoint, pricing: Pricing, *, seconds: float = DAY) -> EndpointCost:
    """Return what `found` costs at its load of the last `seconds`, or since it was made.

    The speed is that of its versions in their precisions, each counted by the rows it answered; before anything was
    asked, by its share of the traffic.
    """
    answered = _answered(index, found, seconds)
    weights = answered or {number: float(share) for number, share in found.split.items()}
    throughput, cores = _speed(index, found, weights)
    rate = sum(answered.values()) / _present(found, seconds)
    if not throughput:
        return EndpointCost(rate, None, None)
    usual = cost_per_1000(throughput, cores, pricing.instance, pricing.utilisation, spot=pricing.spot)
    today = cost_at_load(throughput, cores, pricing.instance, rate, spot=pricing.spot) if rate else None
    return EndpointCost(rate, today, usual)


def _answered(index: Index, found: Endpoint, seconds: float) -> dict[str, float]:
    rows = index.rows(
        "SELECT version, sum(predictions)::DOUBLE FROM usage WHERE model = ? AND status < 400 AND predictions > 0 "  # noqa: S608 -- ours
        f"AND {SINCE} GROUP BY version",
        [found.name, seconds],
    )
    return dict(rows)


def _present(found: Endpoint, seconds: float) -> float:
    """Return for how many of the last `seconds` the endpoint was there."""
    if not found.versions:
        return seconds
    age = (datetime.now(UTC) - datetime.fromisoformat(found.versions[0].at)).total_seconds()
    return min(seconds, max(1.0, age))


def _speed(index: Index, found: Endpoint, weights: dict[str, float]) -> tuple[float, int]:
    """Return rows a second and on how many cores, over versions that answered so many rows; 0 when none was measured.

    The time a mix takes is the sum of the times of its parts, so the speeds are averaged harmonically.
    """
    rows, busy_seconds, cores = 0.0, 0.0, 1
    for version in found.versions:
        if not (weight := weights.get(version.number)):
            continue
        for throughput, threads in index.rows(
            "SELECT v.throughput_per_s, coalesce(nullif(r.threads, 0), r.cores) FROM variants v "
            "JOIN runs r USING (run_id) WHERE run_id = ? AND v.name = ? AND v.throughput_per_s > 0",
            [version.run_id, version.precision],
        ):
            rows, busy_seconds, cores = rows + weight, busy_seconds + weight / throughput, int(threads or 1)
    return (rows / busy_seconds if busy_seconds else 0.0), cores

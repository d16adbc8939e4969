"""Random cases: every assumption somewhere in its range, lists of any length, so that what holds must hold for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.economics.business.assumptions import ASSUMPTIONS, MONTHS
from engine.economics.business.case import CURRENCIES, TEAMS, Case, Credit, Hire, Once, Round
from engine.economics.business.obligations import Obligation
from engine.economics.business.presets import preset
from engine.economics.business.serving import Serving
from engine.economics.business.spread import Spread, certain
from engine.economics.regulations import regulations

STREAMS = ("subscription", "usage", "advertising")
SUMS = ("mix.", "leads.")


def random_case(seed: int) -> Case:
    """Return a case that could be anybody's, extremes among it: churn of 0 and of 1, prices of 0, nobody ahead."""
    random = np.random.default_rng(seed)
    base = preset("base")
    spreads = {key: _spread(key, spread, random) for key, spread in base.spreads.items() if not key.startswith(SUMS)}
    streams = frozenset(s for s in STREAMS if random.random() < 0.6) or frozenset({"subscription"})
    return replace(
        base,
        spreads={**base.spreads, **spreads},
        streams=streams,
        currency=str(random.choice(CURRENCIES)),
        hires=tuple(
            Hire(f"Role {i}", str(random.choice(list(TEAMS))), float(random.integers(0, 5)), _month(random),
                 float(random.uniform(0, 20_000)), int(random.integers(0, 12)))
            for i in range(random.integers(0, 6))
        ),
        rounds=_rounds(random),
        credits=tuple(
            Credit(f"Credit {i}", float(random.uniform(0, 50_000)), first, first + int(random.integers(0, 40)))
            for i in range(random.integers(0, 3))
            for first in [_month(random)]
        ),
        once=tuple(
            Once(f"Once {i}", _month(random), Spread(*sorted(random.uniform(0, 1e5, 3).tolist())))
            for i in range(random.integers(0, 3))
        ),
        rules=tuple(
            Obligation(rule, Spread(*sorted(random.uniform(0, 1e5, 3).tolist())),
                       Spread(*sorted(random.uniform(0, 30, 3).tolist())), "An offer")
            for rule in random.choice(list(regulations()), random.integers(0, 3), replace=False).tolist()
        ),
    )  # fmt: skip


def stairs(seed: int) -> Serving:
    """Return a serving cost that grows in steps."""
    random = np.random.default_rng(seed)
    volumes = np.geomspace(100, 1e9, 30)
    costs = np.sort(random.uniform(0, 1e5, 30))
    return Serving(tuple(volumes.tolist()), tuple(costs.tolist()), float(random.uniform(0, 500)))


def _spread(key: str, now: Spread, random: np.random.Generator) -> Spread:
    assumption = ASSUMPTIONS[key]
    most = min(assumption.most, 3 * now.high + 1)
    if key == "spend.growth":
        most = 0.1
    if not assumption.uncertain:
        value = float(random.uniform(assumption.least, most))
        return certain(np.floor(max(value, assumption.least)) if assumption.unit in {"months", "count"} else value)
    values = np.sort(random.uniform(assumption.least, most, 3)).tolist()
    if random.random() < 0.15:
        values = [assumption.least] * 3
    elif assumption.unit.startswith("share") and random.random() < 0.1:
        values = [assumption.most] * 3 if key != "spend.growth" else values
    return Spread(*values)


def _rounds(random: np.random.Generator) -> tuple[Round, ...]:
    months = random.choice(np.arange(1, MONTHS + 1), 3, replace=False).tolist()
    return (
        Round("Angels", "angel", "safe", int(months[0]), float(random.uniform(1e4, 1e6)), 0.08, discount=0.2),
        Round("Fund", "venture", "priced", int(months[1]), float(random.uniform(1e5, 5e6)), 0.2, pool=0.1),
        Round("State", "grant", "grant", int(months[2]), float(random.uniform(1e4, 1e6))),
    )[: random.integers(0, 4)]


def _month(random: np.random.Generator) -> int:
    return int(random.integers(1, MONTHS + 1))

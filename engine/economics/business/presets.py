"""The cases one starts from: base, and the same plan if things go badly or well. All are assumptions to be replaced."""

from __future__ import annotations

from dataclasses import replace

from engine.economics.business.assumptions import ASSUMPTIONS, Assumption
from engine.economics.business.case import Case, Credit, Hire, Round
from engine.economics.business.spread import Spread
from engine.messages import Message

PRESETS = ("bear", "base", "bull")
LEAN = 1 / 3
"""How far bear and bull go: every assumption at once at its end would be no case but a fairy tale."""


NAMES = {"bear": Message("Bear"), "base": Message("Base"), "bull": Message("Bull")}


def called(case: Case) -> Message | str:
    """Return what a case is called: a preset in the reader's language, another as its owner named it."""
    return NAMES.get(case.id, case.name)


def preset(name: str) -> Case:
    """Return one of `PRESETS` as a new case."""
    base = Case(
        name="base",
        spreads={},
        hires=(
            Hire("Founders", "build", 2, 1, 8_000),
            Hire("Machine learning engineer", "build", 1, 4, 16_000, 3),
            Hire("Account manager", "sell", 1, 13, 10_000, 2),
            Hire("Support engineer", "serve", 1, 13, 9_000, 2),
            Hire("Software engineer", "build", 2, 15, 14_000, 3),
        ),
        rounds=(
            Round("Angels", "angel", "safe", 1, 400_000, 0.08, discount=0.2),
            Round("Seed", "venture", "priced", 13, 2_000_000, 0.2, pool=0.1),
        ),
        credits=(Credit("Start-up programme", 25_000, 1, 24),),
        base="base",
        id="base",
    )
    if name == "base":
        return base
    direction = {"bear": -1, "bull": 1}[name]
    moved = {k: leaning(ASSUMPTIONS[k], s, direction) for k, s in base.spreads.items()}
    return replace(base, name=name, spreads=moved, base=name, id=name)


def leaning(assumption: Assumption, spread: Spread, direction: int) -> Spread:
    """Return `spread` moved so that its likely value is a third of the way to its bad end (-1) or good one (1).

    Its ends move along in proportion: a bear is as unsure as the base it comes from.
    """
    if not assumption.better or spread.certain:
        return spread
    end = spread.high if assumption.better * direction > 0 else spread.low
    moved = spread.moved(spread.likely + LEAN * (end - spread.likely))
    ends = (min(max(v, assumption.least), assumption.most) for v in (moved.low, moved.likely, moved.high))
    return Spread(*ends)

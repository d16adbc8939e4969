"""What being right is worth for each run: its errors at their price, what it costs to run, what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.analytics.costed import Choices, answers_month, build_month, build_of, buy_of
from engine.analytics.queries import Confusion
from engine.analytics.vendors import vendor_of
from engine.economics import budget, capacity, hosting
from engine.economics.figure import Figure
from engine.economics.hosted import vendor_per_1000
from engine.economics.paying import Finds, Worth, lists_worth, worth
from engine.economics.value import Costs
from engine.errors import BadInput, BreakevenError
from engine.messages import Message

FINDS = "hit_rate_at_10"
"""The metric of a list's being right: the share of people who find something among ten items."""
Answers = tuple[tuple[str, ...], Confusion] | Finds
"""What a run answered on the test part: its classes and their confusion, or how often people found something."""


@dataclass(frozen=True)
class ErrorPrices:
    """What errors cost, in USD; assumptions."""

    classes: Costs
    """(actual, predicted) → what it costs."""
    prevalence: Mapping[str, float] | None = None
    """How often each class will come; None: as in the test part."""
    poor_list: float = 0.0
    """A list in which nobody finds anything."""


@dataclass(frozen=True)
class Valued:
    """One run and what it is worth."""

    row: Mapping[Any, Any]
    running: Figure | None
    worth: Worth | None
    refused: Message | None
    """Why nothing can be said."""


def finds_of(quality: Mapping[str, Any]) -> Finds | None:
    """Return how often people found something, from the "quality" block of a report; None for other tasks."""
    blocks = [quality.get(name, {}).get(FINDS) for name in ("metrics", "against_popularity")]
    if any(block is None or block["value"] is None for block in blocks):
        return None
    rate, over = (_ends(block) for block in blocks if block)
    return Finds(rate, over)


def _ends(block: Mapping[str, float | None]) -> tuple[float, float, float]:
    value, low, high = (block[name] for name in ("value", "low", "high"))
    middle = float(value or 0.0)
    return middle, middle if low is None else float(low), middle if high is None else float(high)


def run_worth(answers: Answers, prices: ErrorPrices, running: Figure) -> Worth:
    """Return what 1,000 decisions of a run are worth. Raises BadInput as `paying.worth` does."""
    if isinstance(answers, Finds):
        return lists_worth(answers, prices.poor_list, running)
    labels, confusion = answers
    return worth(confusion, labels, prices.classes, running, prevalence=prices.prevalence)


def running_per_1000(row: Mapping[Any, Any], choices: Choices) -> Figure:
    """Return the USD per 1,000 predictions of a row of `queries.runs`, of a vendor too, at the load of now.

    People's time is in it. Raises BadInput as `costed.costs` does, and for a vendor whose price nobody knows.
    """
    n = choices.load.predictions_month
    if row["kind"] == "finetune":
        build = build_of(row, choices)
        plan = capacity.plan(choices.load, build.service, build.instance, build.objective)
        return hosting.per_1000(budget.month_total(build_month(build, plan)), n)
    vendor = vendor_of(row)
    if vendor is None:
        raise BadInput("What {name} asks for 1,000 answers is not known.", name=str(row["label"]))
    return hosting.per_1000(answers_month(buy_of(vendor_per_1000(vendor), choices), n), n)


def valued(
    rows: Sequence[Mapping[Any, Any]], answers: Mapping[str, Answers], choices: Choices, prices: ErrorPrices
) -> list[Valued]:
    """Return what each of `rows` is worth, most left first, those of which nothing can be said last."""
    found = [_valued(row, answers[str(row["run_id"])], choices, prices) for row in rows if row["run_id"] in answers]
    return sorted(found, key=lambda each: -each.worth.net.value if each.worth else float("inf"))


def _valued(row: Mapping[Any, Any], answers: Answers, choices: Choices, prices: ErrorPrices) -> Valued:
    try:
        running = running_per_1000(row, choices)
        return Valued(row, running, run_worth(answers, prices, running), None)
    except BreakevenError as error:
        return Valued(row, None, None, error.message)

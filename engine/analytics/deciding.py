"""Runs as options of a decision: ranked on the validation part, shown on the test part, priced as everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.analytics import queries
from engine.analytics.costed import Choices, Costs, costs
from engine.analytics.database import Index
from engine.analytics.priced import Pricing, compare_points, figures, or_none
from engine.economics.budget import month_total
from engine.economics.combine import times, total
from engine.economics.decision.decide import Decision, decide
from engine.economics.decision.option import Criterion, Limits, Measure, Option
from engine.economics.figure import Figure
from engine.economics.labels import label_cost
from engine.economics.people import people_month
from engine.errors import BadInput
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.models.backbones import BACKBONES
from engine.models.recipes import RECIPES
from engine.reports.wording import together
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS

if TYPE_CHECKING:
    import pandas as pd

QUALITY, COST, LATENCY, CARBON, TRAIN, MONTH = "quality", "cost", "latency", "carbon", "train", "month"
WEIGHED = (QUALITY, COST, LATENCY, CARBON, TRAIN)
"""What can be given a weight; the month's budget is a limit only, for people and machines at rest are in it."""
USUAL_WEIGHTS = {QUALITY: 5.0, COST: 2.0, LATENCY: 2.0, CARBON: 1.0, TRAIN: 0.0}
COLUMNS = {COST: "cost_per_1000_usd", LATENCY: "p95_ms", CARBON: "gco2e_per_1000", TRAIN: "train_cost_usd"}
"""Criterion → column of `compare_points`, with `_low` and `_high` where there is a range."""


def criteria(scenario: str) -> tuple[Criterion, ...]:
    """Return what the options of a scenario are compared and limited by."""
    known = SCENARIOS[scenario]
    metric = TASKS[known.task].metric(known.quality)
    return (
        Criterion(QUALITY, metric.title, metric.higher_is_better, "share" if metric.share else ""),
        Criterion(COST, Message("Cost per 1,000 predictions"), False, "USD per 1,000", shared=True),
        Criterion(LATENCY, Message("Latency p95"), False, "ms"),
        Criterion(CARBON, Message("Carbon per 1,000 predictions"), False, "gCO2e per 1,000", shared=True),
        Criterion(TRAIN, Message("Cost to train"), False, "USD", shared=True),
        Criterion(MONTH, Message("Cost a month, all in"), False, "USD a month", shared=True),
    )


@dataclass(frozen=True)
class Question:
    """What is to be decided, and under which circumstances."""

    scenario: str
    pricing: Pricing
    choices: Choices
    limits: Limits = field(default_factory=Limits)
    weights: Mapping[str, float] = field(default_factory=lambda: dict(USUAL_WEIGHTS))
    test_id: str = ""
    """The test part the options were judged on; empty: that of the newest run."""
    case: str = ""
    """The name of the business case it is decided for; empty: none."""


@dataclass(frozen=True)
class Gathered:
    """The options there are under some circumstances, whatever the limits and weights."""

    options: tuple[Option, ...]
    rows: Mapping[str, Mapping[Any, Any]]
    """By run id: its row of `compare_points`, figures of the test part included."""
    costs: Mapping[str, Costs]
    """By run id: what it costs a month; runs that no machine carries are missing, and bought ones."""
    ranked_on: Mapping[str, str]
    """By run id: "validation", or "test" where no other part was answered."""
    test_id: str


@dataclass(frozen=True)
class Answered:
    """A decision with everything that was known of its options."""

    question: Question
    decision: Decision
    gathered: Gathered

    @property
    def rows(self) -> Mapping[str, Mapping[Any, Any]]:
        return self.gathered.rows

    @property
    def costs(self) -> Mapping[str, Costs]:
        return self.gathered.costs

    @property
    def lead(self) -> Mapping[Any, Any] | None:
        """The row of the option that comes first."""
        return self.rows[self.decision.lead.id] if self.decision.lead else None


def gather(index: Index, question: Question, points: pd.DataFrame | None = None) -> Gathered:
    """Return the runs of one test part as options; `points` are those of `compare_points` where they are known.

    Raises BadInput when there is nothing to choose among.
    """
    if points is None:
        points = compare_points(index, question.pricing, question.scenario)
    if not len(points):
        raise BadInput("There is no finished run of {scenario}; train one first.", scenario=question.scenario)
    test_id = question.test_id or str(points["test_id"].iloc[-1])
    points = points[points["test_id"] == test_id]
    quality = SCENARIOS[question.scenario].quality
    validated = queries.validation(index, [str(r) for r in points["run_id"]], quality)
    rows = {str(row["run_id"]): row for row in points.to_dict("records")}
    priced: dict[str, Costs] = {}
    options = tuple(_option(row, question, validated.get(run_id), priced) for run_id, row in rows.items())
    ranked_on = {run_id: "validation" if validated.get(run_id) else "test" for run_id in rows}
    return Gathered(options, rows, priced, ranked_on, test_id)


def answer(gathered: Gathered, question: Question) -> Answered:
    """Return the decision among what was gathered. Raises BadInput for weights and limits that cannot be."""
    decision = decide(gathered.options, criteria(question.scenario), question.limits, question.weights)
    return Answered(replace(question, test_id=gathered.test_id), decision, gathered)


def _option(
    row: Mapping[Any, Any], question: Question, validated: queries.Interval | None, priced: dict[str, Costs]
) -> Option:
    """Return one run as an option; what it costs a month goes into `priced`."""
    metric = SCENARIOS[question.scenario].quality
    measures = {name: m for name, column in COLUMNS.items() if (m := measure(row, column))}
    if quality := _quality(row, metric, validated):
        measures[QUALITY] = quality
    refused = None
    try:
        month = _month(row, question, priced)
        measures[MONTH] = Measure(month.value, month.low, month.high)
    except BadInput as error:
        late = LATENCY in measures and measures[LATENCY].value > question.choices.objective.p95_ms
        # What is late by itself breaks the limit of latency; saying so once is enough.
        refused = None if late or row["recipe"] == BOUGHT else error.message
    return Option(
        str(row["run_id"]), name_of(row), measures, sellable=sellable(row), synthetic=bool(row["synthetic"]),
        refused=refused,
    )  # fmt: skip


def measure(row: Mapping[Any, Any], column: str) -> Measure | None:
    """Return a column of the row with its range; None where it was not measured."""
    value, low, high = (or_none(row.get(f"{column}{end}")) for end in ("", "_low", "_high"))
    if value is None:
        return None
    return Measure(value, value if low is None else low, value if high is None else high)


def _quality(row: Mapping[Any, Any], metric: str, validated: queries.Interval | None) -> Measure | None:
    """Return the quality an option is ranked by.

    Where the validation part has no interval of its own, that of the test part is taken, moved to its value. What was
    bought was answered on the test part alone; nobody chose anything by it, so it is ranked by that.
    """
    test = measure(row, metric)
    if validated is None:
        return test
    value, low, high = validated
    if low is not None and high is not None:
        return Measure(value, min(low, value), max(high, value))
    if test is None:
        return Measure.exactly(value)
    return Measure(value, value - (test.value - test.low), value + (test.high - test.value))


def _month(row: Mapping[Any, Any], question: Question, priced: dict[str, Costs]) -> Figure:
    """Return USD a month at the load, people and training included, as the Costs page counts them."""
    choices = question.choices
    if row["recipe"] != BOUGHT:
        made = priced[str(row["run_id"])] = costs(row, choices)
        return made.now.build
    each = or_none(row.get("usd_per_1000"))
    if each is None:
        raise BadInput("What {name} asks for 1,000 answers is not known.", name=name_of(row))
    thousands = choices.load.predictions_month / 1000
    price = Figure(each, "USD per 1,000", "measured", each, each, Message("The price of 1,000 answers, as given."))
    parts = {"answers": times(price, thousands, "USD a month", price.formula)}
    return month_total(parts | ({"people": people_month(choices.buyers)} if choices.buyers else {}))


def sellable(row: Mapping[Any, Any]) -> bool | None:
    """Return whether what a run was made of may be used commercially: its data and its backbone both; None: unknown."""
    if row["recipe"] == BOUGHT:
        return True
    name = str(row["backbone"] or "")
    backbone = True if not name else BACKBONES[name].commercial_use if name in BACKBONES else None
    data = row["commercial_use"]
    return together(bool(data) if isinstance(data, bool) or str(data) in {"True", "False"} else None, backbone)


def name_of(row: Mapping[Any, Any]) -> Message:
    """Return what a run is called: its own name, its recipe, the seed when it is not 0, the end of its id."""
    known = (
        RECIPES[SCENARIOS[str(row["scenario"])].task].get(str(row["recipe"])) if row["scenario"] in SCENARIOS else None
    )
    recipe: Message | str = (
        Message("Bought") if row["recipe"] == BOUGHT else known.title if known else str(row["recipe"])
    )
    values: dict[str, Any] = {"recipe": recipe, "id": str(row["run_id"])[-4:]}
    if seed := int(row["seed"] or 0):
        values["recipe"] = Message("{recipe}, seed {seed}", recipe=recipe, seed=seed)
    if label := str(row["label"] or ""):
        return Message("{label} · {recipe} · {id}", label=label, **values)
    return Message("{recipe} · {id}", **values)


def train_again(found: Answered) -> Figure | None:
    """Return the USD of training the lead once more on data that may be sold: training, and labels for as many rows.

    None where the lead was not trained here. Without a price of a label, `labels_priced` is false and none is counted.
    """
    row, choices = found.lead, found.question.choices
    if row is None or or_none(row.get("train_cost_usd")) is None:
        return None
    parts, rows = [figures(row, found.question.pricing).train_cost], int(row["train_rows"])
    if choices.labelling is None:
        return total(parts, "USD", Message("One training; the labels of {rows} rows have no price here.", rows=rows))
    parts.append(label_cost(rows, choices.labelling))
    return total(parts, "USD", Message("One training and the labels of {rows} rows.", rows=rows))


def labels_priced(found: Answered) -> bool:
    """Return whether `train_again` counts labels."""
    return found.question.choices.labelling is not None

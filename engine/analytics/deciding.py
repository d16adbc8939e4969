"""Runs on machines as options of a decision: ranked on the validation part, shown on the test part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.analytics import queries
from engine.analytics.case_options import planned
from engine.analytics.costed import Choices, Costs, costs
from engine.analytics.criteria import COLUMNS, LATENCY, MONTH, QUALITY, criteria
from engine.analytics.database import Index
from engine.analytics.priced import Pricing, compare_points, or_none
from engine.analytics.question import Answered, Gathered, Question
from engine.economics.budget import month_total
from engine.economics.combine import times
from engine.economics.decision.alike import alike
from engine.economics.decision.decide import decide
from engine.economics.decision.option import Measure, Option
from engine.economics.figure import Figure
from engine.economics.people import people_month
from engine.errors import BadInput
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.models.backbones import BACKBONES
from engine.models.recipes import RECIPES
from engine.reports.wording import together
from engine.scenarios import SCENARIOS

if TYPE_CHECKING:
    import pandas as pd


def gather(index: Index, question: Question, points: Sequence[pd.DataFrame] = ()) -> Gathered:
    """Return the runs of one test part as options, on each machine; with a case, what it comes to with each.

    `points` are those of `compare_points` for each of the question's pricings, where they are known. Raises BadInput
    when there is nothing to choose among.
    """
    tables = points or [compare_points(index, pricing, question.scenario) for pricing in question.pricings]
    if not len(tables[0]):
        raise BadInput("There is no finished run of {scenario}; train one first.", scenario=question.scenario)
    test_id = question.test_id or str(tables[0]["test_id"].iloc[-1])
    there = set(tables[0].loc[tables[0]["test_id"] == test_id, "run_id"])
    among = there.intersection(question.runs) if question.runs else there
    if not among:
        raise BadInput("The runs that this was decided among are deleted; decide again among those there are.")
    tables = [table[table["run_id"].isin(among)] for table in tables]
    quality = SCENARIOS[question.scenario].quality
    validated = queries.validation(index, [str(r) for r in tables[0]["run_id"]], quality)
    made = _Made()
    for place, (pricing, table) in enumerate(zip(question.pricings, tables, strict=True)):
        for row in table.to_dict("records"):
            if place == 0 or row["recipe"] != BOUGHT:  # what is bought runs on no machine of one's own
                made.add(row, question, pricing, validated.get(str(row["run_id"])))
    gone = len(set(question.runs) - there)
    return with_case(replace(made.gathered(test_id), gone=gone, later=len(there - among)), question)


def with_case(gathered: Gathered, question: Question) -> Gathered:
    """Return the options with what the case of the question comes to with each; as they are without one."""
    if question.sale is None:
        return gathered
    options, plans = planned(gathered.options, gathered.servings, question.sale)
    return replace(gathered, options=options, plans=plans)


def answer(gathered: Gathered, question: Question, first: Answered | None = None) -> Answered:
    """Return the decision among what was gathered. Raises BadInput for weights and limits that cannot be.

    `first` is the same question, with the same limits and weights, as answered in another case.
    """
    decision = alike(first.decision, first.gathered.options, gathered.options) if first else None
    if decision is None:
        known = criteria(question.scenario, planned=question.case is not None)
        decision = decide(gathered.options, known, question.limits, question.weights)
    return Answered(replace(question, test_id=gathered.test_id), decision, gathered)


def decide_in_each(index: Index, question: Question, points: Sequence[pd.DataFrame] = ()) -> Answered:
    """Return the decision of a question, with that of each further case of it. Raises BadInput as the parts do."""
    found = answer(gather(index, question, points), question)
    others = (found.question.within(case) for case in question.across)
    return replace(found, across=tuple(answer(gather(index, one, points), one, found) for one in others))


class _Made:
    """Options as they are made, with what is known of each."""

    def __init__(self) -> None:
        self.options: list[Option] = []
        self.rows: dict[str, Mapping[Any, Any]] = {}
        self.costs: dict[str, Costs] = {}
        self.ranked_on: dict[str, str] = {}
        self.pricings: dict[str, Pricing] = {}
        self.moved: set[str] = set()

    def gathered(self, test_id: str) -> Gathered:
        return Gathered(
            tuple(self.options), self.rows, self.costs, self.ranked_on, test_id, self.pricings, frozenset(self.moved)
        )

    def add(
        self, row: Mapping[Any, Any], question: Question, pricing: Pricing, validated: queries.Interval | None
    ) -> None:
        """Take a run on a machine in as an option."""
        name = option_id(str(row["run_id"]), pricing, question)
        metric = SCENARIOS[question.scenario].quality
        measures = {key: m for key, column in COLUMNS.items() if (m := measure(row, column))}
        if quality := _quality(row, metric, validated):
            measures[QUALITY] = quality
        refused = None
        try:
            month = self._month(name, row, question.choices_on(pricing))
            measures[MONTH] = Measure(month.value, month.low, month.high)
        except BadInput as error:
            late = LATENCY in measures and measures[LATENCY].value > question.choices.objective.p95_ms
            # What is late by itself breaks the limit of latency; saying so once is enough.
            refused = None if late or row["recipe"] == BOUGHT else error.message
        title = name_of(row)
        if question.beside and row["recipe"] != BOUGHT:
            title = Message("{run} on {machine}", run=title, machine=pricing.instance.id)
        self.options.append(Option(name, title, measures, sellable=sellable(row), synthetic=bool(row["synthetic"]),
                                   refused=refused))  # fmt: skip
        self.rows[name], self.pricings[name] = row, pricing
        self.ranked_on[name] = "validation" if validated else "test"
        if validated and validated[1] is None and measure(row, metric):
            self.moved.add(name)

    def _month(self, name: str, row: Mapping[Any, Any], choices: Choices) -> Figure:
        """Return USD a month at the load, people and training included, as the Costs page counts them."""
        if row["recipe"] != BOUGHT:
            made = self.costs[name] = costs(row, choices)
            return made.now.build
        each = or_none(row.get("usd_per_1000"))
        if each is None:
            raise BadInput("What {name} asks for 1,000 answers is not known.", name=name_of(row))
        thousands = choices.load.predictions_month / 1000
        price = Figure(each, "USD per 1,000", "measured", each, each, Message("The price of 1,000 answers, as given."))
        parts = {"answers": times(price, thousands, "USD a month", price.formula)}
        return month_total(parts | ({"people": people_month(choices.buyers)} if choices.buyers else {}))


def option_id(run_id: str, pricing: Pricing, question: Question) -> str:
    """Return the id of a run on a machine: that of the run where it is the machine that was chosen."""
    here = pricing.instance.id == question.pricing.instance.id
    return run_id if here else f"{run_id}@{pricing.instance.id}"


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

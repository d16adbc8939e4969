"""What is to be decided under which circumstances, the options there are, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from engine.analytics.costed import Choices, Costs
from engine.analytics.criteria import USUAL_WEIGHTS
from engine.analytics.plans import Sale, sale_of, serving_of
from engine.analytics.priced import Pricing
from engine.economics.business.case import Case
from engine.economics.business.model import Outcome
from engine.economics.business.presets import called
from engine.economics.business.serving import Serving
from engine.economics.catalog import Instance, Region, region
from engine.economics.decision.decide import Decision
from engine.economics.decision.option import Limits, Option
from engine.errors import BadInput
from engine.messages import Message

USUAL_MONTH = 36
"""Of a case: the month whose load and price hold until somebody chooses another."""


MOST_CASES = 4
"""In which the same is decided side by side: bear, base, bull and one's own."""


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
    beside: tuple[Instance, ...] = ()
    """Further machines: each run is an option on every one of them."""
    regions: Mapping[str, Region] = field(default_factory=dict)
    """By id the electricity where those machines stand, as it was known; one that is missing is the published one."""
    case: Case | None = None
    """The business case it is decided for."""
    month: int = USUAL_MONTH
    """The month of the case whose price and margin are looked at."""
    across: tuple[Case, ...] = ()
    """Further cases: the same is decided in each of them, as nobody chooses in which one the business ends."""
    follows: bool = False
    """Whether the load is what the case sells in its month, so that another case has another load."""
    runs: tuple[str, ...] = ()
    """Only these runs are options; empty: every finished run of the test part."""
    unsaid: tuple[Message, ...] = ()
    """What an old record does not say of it, so that usual values hold."""

    @property
    def pricings(self) -> tuple[Pricing, ...]:
        """The machine that was chosen and those beside it; electricity of its own place stays that for each."""
        here = self.pricing
        own = here.region.id == here.instance.region_id
        return (here, *(
            Pricing(i, (self.regions.get(i.region_id) or region(i.region_id)) if own else here.region, here.utilisation,
                    here.spot and i.spot_usd_per_hour is not None)
            for i in dict.fromkeys(self.beside) if i.id != here.instance.id
        ))  # fmt: skip

    def choices_on(self, pricing: Pricing) -> Choices:
        """Return the choices on one of the machines."""
        return replace(self.choices, instance=pricing.instance, region=pricing.region, spot=pricing.spot)

    @cached_property
    def sale(self) -> Sale | None:
        """What the case sells in its month. Raises BadInput for a case that cannot be computed."""
        return sale_of(self.case, self.month) if self.case else None

    @property
    def case_name(self) -> Message | str:
        """What the case is called; empty without one."""
        return called(self.case) if self.case else ""

    def within(self, case: Case) -> Question:
        """Return the same question in another case alone, at the load of that case where the load follows it.

        A case that sells nothing by the month is decided at the load there is. Raises BadInput, with its name, for a
        case that cannot be computed or whose load nobody carries.
        """
        alone = replace(self, case=case, across=())
        try:
            mine, theirs = self.sale, alone.sale
            if not self.follows or mine is None or theirs is None or min(mine.predictions, theirs.predictions) < 1:
                return alone
            load = self.choices.load.grown(theirs.predictions / mine.predictions)
        except BadInput as error:
            raise BadInput(
                "The case {case} does not count: {reason}", case=called(case), reason=error.message
            ) from error
        return replace(alone, choices=replace(self.choices, load=load))


@dataclass(frozen=True)
class Gathered:
    """The options there are under some circumstances, whatever the limits and weights."""

    options: tuple[Option, ...]
    rows: Mapping[str, Mapping[Any, Any]]
    """By option id: its row of `compare_points`, figures of the test part included."""
    costs: Mapping[str, Costs]
    """By option id: what it costs a month; runs that no machine carries are missing, and bought ones."""
    ranked_on: Mapping[str, str]
    """By option id: "validation", or "test" where no other part was answered."""
    test_id: str
    pricings: Mapping[str, Pricing] = field(default_factory=dict)
    """By option id: the machine it runs on."""
    moved: frozenset[str] = frozenset()
    """Options whose interval on the validation part is that of the test part, moved to the value."""
    plans: Mapping[str, Outcome] = field(default_factory=dict)
    """By option id: the likely future of the case with it; empty without a case."""
    gone: int = 0
    """Runs that the question names and that are no longer there."""
    later: int = 0
    """Runs of the test part that the question does not name: finished after it was asked."""

    @cached_property
    def servings(self) -> dict[str, Serving]:
        """What serving each costs by volume."""
        return {name: serving_of(found) for name, found in self.costs.items()}


@dataclass(frozen=True)
class Answered:
    """A decision with everything that was known of its options."""

    question: Question
    decision: Decision
    gathered: Gathered
    across: tuple[Answered, ...] = ()
    """The same question answered in each further case of it, in their order."""

    @property
    def in_each(self) -> tuple[Answered, ...]:
        """This decision, then that of each further case."""
        return (self, *self.across)

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

    @property
    def run_id(self) -> str:
        """The run of the option that comes first; empty without one."""
        return str(self.lead["run_id"]) if self.lead else ""

    @property
    def pricing(self) -> Pricing:
        """Where the option that comes first runs."""
        lead = self.decision.lead
        return self.gathered.pricings.get(lead.id, self.question.pricing) if lead else self.question.pricing

    @property
    def plan(self) -> Outcome | None:
        """The likely future of the case with the option that comes first."""
        return self.gathered.plans.get(self.decision.lead.id) if self.decision.lead else None

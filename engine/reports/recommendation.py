"""One recommendation in plain words: what to do, why, what it costs, what would change it, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.analytics.criteria import CASH, EVEN, MONTH, QUALITY
from engine.analytics.question import Answered
from engine.analytics.trained_again import labels_priced, train_again
from engine.economics.business.assumptions import MONTHS
from engine.economics.decision.change import Change
from engine.economics.decision.decide import Ranked
from engine.economics.decision.limits import Breach
from engine.economics.decision.option import LICENCE, Criterion, Option
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.reports.speech import Speech
from engine.reports.wording import of_hundred
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS

CLEAR = 0.9
"""A choice that stands in this share of repetitions is called clear; below half it is open."""
MOST_CHANGES = 4
CENT = 0.01


@dataclass(frozen=True)
class Recommendation:
    """Sentences for people; amounts in them are already written in the reader's language."""

    headline: Message
    """What to do."""
    why: tuple[Message, ...]
    costs: tuple[Message, ...]
    changes: tuple[Message, ...]
    unknown: tuple[Message, ...]


def recommend(found: Answered, speech: Speech) -> Recommendation:
    """Return the recommendation of a decision."""
    say = _Words(found, speech)
    if found.decision.lead is None:
        return Recommendation(say.none(), tuple(say.near()), (), (), ())
    changes = [say.change(c) for c in nearest_changes(found.decision.changes)]
    return Recommendation(say.headline(), tuple(say.why()), tuple(say.costs()), tuple(changes), tuple(say.unknown()))


def nearest_changes(changes: tuple[Change, ...]) -> list[Change]:
    """Return the nearest change of each kind, then the next ones: what is worth saying."""
    firsts: dict[str, Change] = {}
    for one in changes:
        firsts.setdefault(one.kind, one)
    rest = [c for c in changes if c not in firsts.values() and c.inside]
    return [*firsts.values(), *rest][:MOST_CHANGES]


def answer_in_words(row: Mapping[Any, Any], scenario: str, speech: Speech) -> Message:
    """Return how good a run is on the test part: "93 of 100 right", else its metric."""
    task = TASKS[SCENARIOS[scenario].task]
    values = {m.name: row.get(m.name) for m in task.metrics}
    if (said := task.in_words(values)) is not None:
        return said
    metric = task.metric(SCENARIOS[scenario].quality)
    return Message("{metric} {value}", metric=metric.title, value=speech.write(float(row[metric.name]), "share"))


def cost_of_training_again(found: Answered, speech: Speech) -> Message | str:
    """Return what training the lead on data that may be sold costs, as it stands in a sentence."""
    again = train_again(found)
    if again is None:
        return Message("an amount that is not known")
    cost: Message | str = speech.write(again.value, "USD")
    if again.value < CENT:
        cost = Message("less than a cent")
    if not labels_priced(found):
        return Message("{cost} and the labels, which have no price here", cost=cost)
    return cost


def why_excluded(breach: Breach, found: Answered, speech: Speech) -> Message:
    """Return why an option is out, in one sentence."""
    if breach.said is not None:
        return breach.said
    if breach.criterion == LICENCE:
        return Message("What it was made of may not be used commercially, or nobody knows whether it may.")
    criterion = found.decision.criterion(breach.criterion)
    if breach.value is None or breach.bound is None:
        return Message("{quantity} is not known.", quantity=criterion.title)
    return _Words(found, speech).missed(breach)


class _Words:
    """Sentences about one decision in one language."""

    def __init__(self, found: Answered, speech: Speech) -> None:
        self.found, self.decision, self.speech = found, found.decision, speech

    def amount(self, criterion: Criterion, value: float) -> str:
        return self.speech.write(value, criterion.unit)

    def title(self, criterion: Criterion) -> Message:
        """Return what a quantity is called; of quality there are two, and the order goes by one."""
        if criterion.name == QUALITY:
            return Message("{quantity} on the validation part", quantity=criterion.title)
        return criterion.title

    def value(self, option: Option, name: str) -> str:
        return self.amount(self.decision.criterion(name), option.measures[name].value)

    @property
    def lead(self) -> Option:
        assert self.decision.lead is not None
        return self.decision.lead

    def headline(self) -> Message:
        row = self.found.rows[self.lead.id]
        answer = answer_in_words(row, self.found.question.scenario, self.speech)
        if self.decision.verdict == "use":
            return Message("Use {option}: {answer}.", option=self.lead.name, answer=answer)
        if row["recipe"] == BOUGHT:
            return Message("Quality is shown on generated data with {option}: {answer}. Measure it on real data before "
                           "buying.", option=self.lead.name, answer=answer)  # fmt: skip
        cost = cost_of_training_again(self.found, self.speech)
        if self.lead.synthetic:
            return Message(
                "Quality is shown on generated data with {option}: {answer}. Train it again on real, licensed data "
                "before selling; that costs {cost}.",
                option=self.lead.name,
                answer=answer,
                cost=cost,
            )
        return Message(
            "Quality is shown with {option}: {answer}. Train it again on licensed data before selling; that costs "
            "{cost}.",
            option=self.lead.name,
            answer=answer,
            cost=cost,
        )

    def none(self) -> Message:
        if not self.decision.excluded:
            return Message("There is nothing to choose among.")
        return Message("Do none of these: no option holds the limits.")

    def near(self) -> Iterator[Message]:
        """Yield which option is the nearest to hold, and by how much it misses."""
        if (near := self.decision.nearest) is not None:
            yield Message("The nearest is {option}.", option=near.option.name)
            yield from (why_excluded(b, self.found, self.speech) for b in near.breaches)

    def missed(self, breach: Breach) -> Message:
        criterion = self.decision.criterion(breach.criterion)
        assert breach.value is not None
        assert breach.bound is not None
        values = {
            "quantity": self.title(criterion),
            "value": self.amount(criterion, breach.value),
            "bound": self.amount(criterion, breach.bound),
            "by": self.amount(criterion, abs(breach.value - breach.bound)),
        }
        if criterion.name == EVEN:
            return Message("{quantity}: {value}, later than {bound}.", **values)
        if criterion.more_is_better:
            return Message("{quantity} is {value}, {by} below the limit of {bound}.", **values)
        return Message("{quantity} is {value}, {by} above the limit of {bound}.", **values)

    def why(self) -> Iterator[Message]:
        held, first = self.decision.ranked, self.decision.ranked[0]
        whole = len(held) + len(self.decision.excluded)
        yield Message(
            "Of {all} options, the limits are held by {held}; beaten in everything by no other: {front}.",
            held=len(held), all=whole, front=sum(r.on_front for r in held),
        )  # fmt: skip
        yield self.firmness(first)
        second = next((r for r in held[1:] if r.on_front), None)
        if second is not None:
            yield self.beside(second.option)

    def firmness(self, first: Ranked) -> Message:
        values = {"weightings": of_hundred(first.by_weightings), "measured": of_hundred(first.by_measurements)}
        if len(self.decision.ranked) == 1:
            return Message("It is the only one that does.")
        least = min(first.by_weightings, first.by_measurements)
        if least >= CLEAR:
            text = Message("The choice is clear: it wins under {weightings} of 100 weightings and in {measured} of 100 "
                           "repetitions of the measurements.", **values)  # fmt: skip
        elif least >= 0.5:
            text = Message("The choice holds mostly: it wins under {weightings} of 100 weightings and in {measured} of "
                           "100 repetitions of the measurements.", **values)  # fmt: skip
        else:
            text = Message("The choice is open: it wins under {weightings} of 100 weightings and in {measured} of 100 "
                           "repetitions of the measurements.", **values)  # fmt: skip
        return text

    def beside(self, second: Option) -> Message:
        """Return the lead beside the next one in everything that counts."""
        parts: Message | str = ""
        for name in self.decision.weights:
            part = Message(
                "{quantity} {mine} against {theirs}", quantity=self.title(self.decision.criterion(name)),
                mine=self.value(self.lead, name), theirs=self.value(second, name),
            )  # fmt: skip
            parts = Message("{one}; {other}", one=parts, other=part) if parts else part
        return Message("Beside {option}, the next: {figures}.", option=second.name, figures=parts)

    def costs(self) -> Iterator[Message]:
        question, measures = self.found.question, self.lead.measures
        if "cost" in measures:
            yield Message(
                "{cost} per 1,000 predictions on {instance}, busy {share} of its time.",
                cost=self.value(self.lead, "cost"), instance=self.found.pricing.instance.id,
                share=f"{question.pricing.utilisation:.0%}",
            )  # fmt: skip
        if MONTH in measures:
            yield Message(
                "{cost} a month at {n} predictions a month, with machines, training and people ({low} to {high}).",
                cost=self.value(self.lead, MONTH),
                n=self.speech.write(round(question.choices.load.predictions_month), ""),
                low=self.speech.write(measures[MONTH].low, "USD"), high=self.speech.write(measures[MONTH].high, "USD"),
            )  # fmt: skip
        if "train" in measures:
            yield Message("{cost} for one training.", cost=self.value(self.lead, "train"))
        yield from self.in_the_case()
        if self.decision.verdict == "train_again" and (again := train_again(self.found)):
            yield Message("{cost} to train it again: {formula}", cost=self.speech.write(again.value, "USD"),
                          formula=again.formula)  # fmt: skip

    def in_the_case(self) -> Iterator[Message]:
        """Yield what the business case comes to with it, and what its customers pay for what it costs."""
        sale, measures = self.found.question.sale, self.lead.measures
        if sale is None or EVEN not in measures:
            return
        name = self.found.question.case_name
        if measures[EVEN].value > MONTHS:
            yield Message("In the case {case} it does not break even in {n} months; cash lasts {cash}.", case=name,
                          n=MONTHS, cash=self.value(self.lead, CASH))  # fmt: skip
        else:
            yield Message("In the case {case} it breaks even in {month}; cash lasts {cash}.", case=name,
                          month=self.value(self.lead, EVEN), cash=self.value(self.lead, CASH))  # fmt: skip
        if sale.price_per_1000 is not None:
            yield Message(
                "Customers of the case pay {price} for 1,000 predictions in month {month}, {revenue} in all.",
                price=self.speech.write(sale.price_per_1000, "USD"), month=sale.month,
                revenue=self.speech.write(sale.revenue_usd, "USD"),
            )  # fmt: skip

    def change(self, one: Change) -> Message:
        criterion = self.decision.criterion(one.criterion)
        winner: Message = one.winner.name if one.winner else Message("no option")
        if one.kind == "weight":
            return Message(
                "If {quantity} counted {after} instead of {before}, {option} would be chosen.",
                quantity=criterion.title, after=f"{one.after:.0%}", before=f"{one.before:.0%}", option=winner,
            )  # fmt: skip
        values = {"quantity": self.title(criterion), "after": self.amount(criterion, one.after), "option": winner}
        if one.kind == "limit":
            before = self.amount(criterion, one.before)
            return Message("If the limit of {quantity} were {after} instead of {before}, {option} would be chosen.",
                           before=before, **values)  # fmt: skip
        values["before"] = self.amount(criterion, one.before)
        if one.inside:
            return Message("If {quantity} were {after} instead of {before}, {option} would be chosen; that is within "
                           "what was measured.", **values)  # fmt: skip
        return Message("If {quantity} were {after} instead of {before}, {option} would be chosen; that is more than "
                       "the measurement leaves open.", **values)  # fmt: skip

    def unknown(self) -> Iterator[Message]:
        row = self.found.rows[self.lead.id]
        if self.lead.synthetic:
            yield Message("How good it is on real data: this data was generated.")
        if self.lead.sellable is None:
            yield Message("Whether it may be sold: a licence it rests on is not known.")
        elif self.lead.sellable is False:
            yield Message("How good it is on data that may be sold: this data may not be used commercially.")
        if self.found.gathered.ranked_on[self.lead.id] != "validation":
            yield Message("How it does on rows that nobody chose by: it was answered on the test part alone.")
        measure = self.lead.measures.get(QUALITY)
        if measure is not None and measure.high > measure.low:
            quality = self.decision.criterion(QUALITY)
            yield Message(
                "{quantity} more exactly than {low} to {high}: more rows would tell.",
                quantity=self.title(quality), low=self.amount(quality, measure.low),
                high=self.amount(quality, measure.high),
            )  # fmt: skip
        if row["recipe"] != BOUGHT:
            yield Message("How fast it answers on the rented machine: latency was measured here and is carried over.")
        yield Message("What it does in use: nothing of it has been measured with customers yet.")

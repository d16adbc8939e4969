"""What a decision rests on: every assumption by its name, every source with its date, and the method."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.costed import Choices
from engine.analytics.criteria import TRAIN
from engine.analytics.deciding import name_of
from engine.analytics.priced import figures
from engine.analytics.question import Answered
from engine.analytics.trained_again import train_again
from engine.economics.catalog import Instance, Region
from engine.economics.combine import distinct
from engine.economics.decision.option import Criterion
from engine.economics.figure import Source
from engine.economics.hosted import Vendor
from engine.economics.people import MONTHS, Role, people_until
from engine.jobs.bought import RECIPE as BOUGHT
from engine.messages import Message
from engine.reports.speech import Speech
from engine.reports.stakeholder.document import Block, Paragraph, Table
from engine.reports.stakeholder.in_each_case import assumed_otherwise
from engine.reports.stakeholder.plan import assumed

METHOD = Message(
    "Options were ranked on the validation part; quality is quoted on the test part, which no choice looked at. Those "
    "that break a limit are out, those that another beats in everything too; the rest are scored by TOPSIS with vector "
    "normalisation (Hwang and Yoon, 1981). Weightings: 10,000 drawn evenly from all there are. Measured again: figures "
    "drawn from their 95% intervals, those of the same rule together."
)
MOVED = Message(
    "Where the validation part gave a value without an interval of its own, the interval it is ranked with is that of "
    "the test part, moved to that value."
)
Named = tuple[Message, Message | str]


def basis(found: Answered, speech: Speech) -> Iterator[Block]:
    """Yield assumptions, sources and method."""
    rows = tuple((speech.say(name), speech.say(value)) for name, value in assumptions(found, speech))
    title = Message("What was assumed, and can be changed on the page")
    yield Table(speech.say(title), (speech.say(Message("Assumption")), speech.say(Message("Value"))), rows)
    yield from assumed(found, speech)
    yield from assumed_otherwise(found, speech)
    if known := sources(found):
        head = (Message("Source"), Message("Held on"), Message("Where"))
        lines = tuple((s.name, s.as_of or "–", s.where) for s in known)
        yield Table(speech.say(Message("Sources")), tuple(map(speech.say, head)), lines)
    yield Paragraph(speech.say(METHOD))
    if found.gathered.moved:
        yield Paragraph(speech.say(MOVED))


def sources(found: Answered) -> tuple[Source, ...]:
    """Return where the facts behind the first option's figures come from, each once."""
    lead, row = found.decision.lead, found.lead
    if lead is None or row is None:
        return ()
    known: list[Source] = []
    if row["recipe"] != BOUGHT and TRAIN in lead.measures:
        priced = figures(row, found.pricing)
        for one in (priced.cost_per_1000, priced.train_cost, priced.train_carbon, priced.carbon_per_1000):
            known += one.sources
    if lead.id in found.costs:
        now = found.costs[lead.id].now
        known += [*now.build.sources, *now.buy.sources, *now.year_carbon.sources]
    if again := train_again(found):
        known += again.sources
    return distinct(known)


def assumptions(found: Answered, speech: Speech) -> Iterator[Named]:
    """Yield the name and the value of everything somebody chose, in the reader's language."""
    if (row := found.lead) is not None:
        yield Message("Run that was chosen"), Message("{name} ({id})", name=name_of(row), id=found.run_id)
    yield from _limits(found, speech)
    for name, weight in found.decision.weights.items():
        yield Message("Weight of {quantity}", quantity=found.decision.criterion(name).title), f"{weight:.0%}"
    choices, pricing = found.question.choices, found.question.pricing
    yield Message("Machine to rent"), _machine(pricing.instance, speech)
    for other in found.question.pricings[1:]:
        yield Message("Beside it: {name}", name=other.instance.id), _machine(other.instance, speech)
    yield Message("Busy share of its time"), f"{pricing.utilisation:.0%}"
    yield Message("Electricity of"), _electricity(pricing.region, speech)
    yield Message("Predictions a month"), speech.write(round(choices.load.predictions_month), "")
    yield Message("95 of 100 answers within"), speech.write(choices.objective.p95_ms, "ms")
    yield Message("Headroom"), f"{choices.objective.headroom:.0%}"
    yield Message("Machines at least"), speech.write(choices.objective.fewest_replicas, "")
    yield Message("Trainings a month"), speech.write(round(choices.programme.runs_a_month, 2), "")
    yield Message("People, building"), _people(choices.builders)
    if choices.builders:
        year = people_until(choices.builders, MONTHS).value
        yield Message("People, building, in the first year"), speech.write(year, "USD")
    yield Message("People, buying"), _people(choices.buyers)
    yield _bought(choices, speech)
    if choices.labelling:
        yield Message("A label, reviewed"), speech.write(choices.labelling.usd_per_row, "USD")
    if sale := found.question.sale:
        yield Message("Business case"), found.question.case_name
        yield Message("Month of the case that is looked at"), speech.write(sale.month, "month")
        yield Message("Predictions of the case in that month"), speech.write(round(sale.predictions), "")
    for there in found.across:
        load = speech.write(round(there.question.choices.load.predictions_month), "")
        yield (Message("Also decided in the case {case}", case=there.question.case_name),
               Message("at {n} predictions a month", n=load))  # fmt: skip


def _bought(choices: Choices, speech: Speech) -> Named:
    """Return what would be bought instead; of a vendor, what its answers cost and when they were brought in."""
    offer = choices.hosted
    if not isinstance(offer, Vendor):
        return Message("Hosted model"), offer.model
    price = speech.write(offer.usd_per_1000, "USD")
    value = Message("{vendor}, {price} per 1,000, measured on {date}", vendor=offer.model, price=price,
                    date=offer.as_of)  # fmt: skip
    return Message("Vendor, measured on the same rows"), value


def _limits(found: Answered, speech: Speech) -> Iterator[Named]:
    for name, bound in found.question.limits.bounds.items():
        criterion = found.decision.criterion(name)
        yield _bound_name(criterion), speech.write(bound, criterion.unit)
    sold = Message("required") if found.question.limits.sellable else Message("not required")
    yield Message("Limit: may be used commercially"), sold


def _bound_name(criterion: Criterion) -> Message:
    if criterion.more_is_better:
        return Message("Limit: {quantity} at least", quantity=criterion.title)
    return Message("Limit: {quantity} at most", quantity=criterion.title)


def _machine(instance: Instance, speech: Speech) -> Message:
    return Message("{name}, {price} an hour", name=instance.id, price=speech.write(instance.usd_per_hour, "USD"))


def _electricity(region: Region, speech: Speech) -> Message:
    grid, pue = (speech.write(factors[0].value, "") for factors in (region.grid, region.pue))
    return Message("{region}, {grid} gCO2e per kWh, PUE {pue}", region=region.id, grid=grid, pue=pue)


def _people(roles: tuple[Role, ...]) -> Message | str:
    if not roles:
        return Message("nobody")
    return ", ".join(f"{r.salary.id} {r.share_of_time:.0%} × {r.factor:g}" for r in roles)

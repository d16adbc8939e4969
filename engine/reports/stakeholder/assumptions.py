"""What a decision was made under, every value by its name."""

from __future__ import annotations

from collections.abc import Iterator

from engine.analytics.deciding import Answered
from engine.economics.decision.option import Criterion
from engine.economics.people import Role
from engine.messages import Message
from engine.reports.speech import Speech

Named = tuple[Message, Message | str]


def assumptions(found: Answered, speech: Speech) -> Iterator[Named]:
    """Yield the name and the value of everything somebody chose, in the reader's language."""
    yield from _limits(found, speech)
    for name, weight in found.decision.weights.items():
        yield Message("Weight of {quantity}", quantity=found.decision.criterion(name).title), f"{weight:.0%}"
    choices, pricing = found.question.choices, found.question.pricing
    price = speech.write(pricing.instance.usd_per_hour, "USD")
    yield Message("Machine to rent"), Message("{name}, {price} an hour", name=pricing.instance.id, price=price)
    yield Message("Busy share of its time"), f"{pricing.utilisation:.0%}"
    yield Message("Electricity of"), pricing.region.id
    yield Message("Predictions a month"), speech.write(round(choices.load.predictions_month), "")
    yield Message("95 of 100 answers within"), speech.write(choices.objective.p95_ms, "ms")
    yield Message("Headroom"), f"{choices.objective.headroom:.0%}"
    yield Message("Machines at least"), speech.write(choices.objective.fewest_replicas, "")
    yield Message("Trainings a month"), speech.write(round(choices.programme.runs_a_month, 2), "")
    yield Message("People, building"), _people(choices.builders)
    yield Message("People, buying"), _people(choices.buyers)
    yield Message("Hosted model"), choices.hosted.model
    if choices.labelling:
        yield Message("A label, reviewed"), speech.write(choices.labelling.usd_per_row, "USD")
    if found.question.case:
        yield Message("Business case"), found.question.case


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


def _people(roles: tuple[Role, ...]) -> Message | str:
    if not roles:
        return Message("nobody")
    return ", ".join(f"{r.salary.id} {r.share_of_time:.0%} × {r.factor:g}" for r in roles)

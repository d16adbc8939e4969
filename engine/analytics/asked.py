"""What a decision was decided on, as plain values, and the same question again from them.

A decision keeps everything its question consists of with the catalogue's figures as they were, so that it comes to the
same when prices, salaries or a vendor's answers have changed since, and when runs have been added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, get_type_hints

import msgspec

from engine.analytics.catalogue import catalogue_of
from engine.analytics.costed import Choices
from engine.analytics.priced import Pricing
from engine.analytics.question import USUAL_MONTH, Answered, Question
from engine.analytics.usual import usual_choices, usual_question
from engine.analytics.vendors import offered
from engine.config import Settings
from engine.economics.business.case import Case
from engine.economics.business.link import read_case
from engine.economics.business.presets import preset
from engine.economics.catalog import Instance, Region
from engine.economics.decision.option import Limits
from engine.economics.facts import HostedPrice
from engine.economics.hosted import Vendor
from engine.errors import BadInput
from engine.messages import Message

KEPT = ("pricing", "choices", "limits", "weights", "test_id", "beside", "regions", "case", "month",
        "across", "follows")  # fmt: skip
"""Fields of a question, each in the form of its JSON."""
UNSAID = Message(
    "This decision was recorded before people, tokens, labels, the course of a day, trainings and prices of one's own "
    "were kept with it: the usual ones were taken, and figures can differ from those it was decided on."
)
T = TypeVar("T")


def asked_of(found: Answered) -> dict[str, Any]:
    """Return everything that was asked as plain values that JSON keeps."""
    question = found.question
    runs = list(dict.fromkeys(str(row["run_id"]) for row in found.rows.values()))
    text = msgspec.json.encode({name: getattr(question, name) for name in KEPT} | {"runs": runs})
    plain: dict[str, Any] = msgspec.json.decode(text)
    return plain


def asked_again(settings: Settings, scenario: str, said: Mapping[str, Any]) -> Question:
    """Return the question that `asked_of` kept.

    A decision of before everything was kept has usual values for the rest, and says so (`Question.unsaid`). Raises
    BadInput for what was spoilt by hand, NotFound when such an older one names what is no longer in the catalogue.
    """
    try:
        return _whole(scenario, said) if "choices" in said else _older(settings, scenario, said)
    except (KeyError, TypeError, msgspec.ValidationError) as error:
        raise BadInput("What the decision rests on is damaged: {reason}. Restore its file or delete the decision.",
                       reason=str(error)) from error  # fmt: skip


def _whole(scenario: str, said: Mapping[str, Any]) -> Question:
    return Question(
        scenario=scenario,
        pricing=_read(said["pricing"], Pricing),
        choices=_choices(said["choices"]),
        limits=_read(said["limits"], Limits),
        weights=_read(said["weights"], dict[str, float]),
        test_id=_read(said["test_id"], str),
        beside=_read(said["beside"], tuple[Instance, ...]),
        regions=_read(said.get("regions", {}), dict[str, Region]),
        case=_read(said["case"], Case) if said["case"] else None,
        month=_read(said["month"], int),
        across=_read(said.get("across", ()), tuple[Case, ...]),
        follows=_read(said.get("follows", False), bool),
        runs=_read(said["runs"], tuple[str, ...]),
    )


def _choices(said: Mapping[str, Any]) -> Choices:
    """Return the choices; which of the two kinds of offer was chosen shows by its fields."""
    offer = said["hosted"]
    kinds = {**get_type_hints(Choices), "hosted": Vendor if "usd_per_1000" in offer else HostedPrice}
    return Choices(**{name: _read(value, kinds[name]) for name, value in said.items()})


def _read(value: Any, kind: type[T]) -> T:
    return msgspec.convert(value, kind)


def _older(settings: Settings, scenario: str, said: Mapping[str, Any]) -> Question:
    """Return the question of a decision that kept ids and a few numbers only."""
    known = catalogue_of(settings)
    pricing = Pricing.choose(known, said["instance"], said["utilisation"], region_id=said["region"], spot=said["spot"])
    choices = usual_choices(
        known, pricing, scenario, predictions_month=said["predictions_month"], p95_ms=said["p95_ms"]
    )
    beside = tuple(known.instance(name) for name in said.get("beside", ()))
    if "hosted" in said:
        choices = replace(choices, hosted=offered(settings, said["hosted"]), batch=said["batch"])
    return replace(
        usual_question(settings, scenario),
        pricing=pricing,
        choices=choices,
        limits=Limits(said["bounds"], sellable=said["sellable"]),
        weights=said["weights"],
        test_id=said["test_id"],
        beside=beside,
        regions=known.regions_of(beside),
        case=_older_case(said["case"]) if said.get("case") else None,
        month=said.get("month", USUAL_MONTH),
        unsaid=(UNSAID,),
    )


def _older_case(said: Mapping[str, Any]) -> Case:
    return replace(read_case(said["assumes"], preset(said["base"])), id=said["id"], name=said["name"])

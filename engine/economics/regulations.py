"""Rules that a start-up with a model may meet, from data/catalog: what triggers each, its duty, its cost, its time.

Like `facts`: the file is read once, every row says where it comes from and when that held. Where nobody has published
a cost or a time the cell is empty, and who plans with the rule is asked for it. Nothing here is legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from engine.economics.catalog import rows
from engine.economics.currency import rate
from engine.economics.figure import Source, not_negative
from engine.errors import BadInput, NotFound
from engine.messages import Message

Jurisdiction = Literal["EU", "US", "CN"]
NOT_ADVICE = Message(
    "A list to start from, not legal advice: have it checked by a lawyer of the country before you act."
)

TITLES = {
    "eu_ai_medical": Message("AI Act: high risk, part of a medical device"),
    "eu_ai_people": Message("AI Act: high risk, decisions about people"),
    "eu_ai_transparency": Message("AI Act: transparency"),
    "eu_ai_literacy": Message("AI Act: literacy"),
    "eu_mdr": Message("Medical devices (MDR)"),
    "eu_gdpr": Message("Data protection (GDPR)"),
    "eu_gdpr_assessment": Message("Data protection (GDPR): impact assessment"),
    "us_fda_510k": Message("FDA clearance, 510(k)"),
    "us_fda_de_novo": Message("FDA classification, De Novo"),
    "us_hipaa": Message("Health data (HIPAA)"),
    "us_model_risk": Message("Model risk in banks (SR 26-2, OCC 2026-13, formerly SR 11-7)"),
    "cn_pipl": Message("Personal information (PIPL)"),
    "cn_generative": Message("Generative AI services, interim measures"),
    "cn_recommendation": Message("Algorithmic recommendation"),
}
"""Rule → what it is called in a list."""
DUTIES = {
    "eu_ai_medical": Message(
        "Risk management, data governance, technical documentation, logs, human oversight and a conformity assessment, "
        "together with that of the medical device."
    ),
    "eu_ai_people": Message(
        "Risk management, data governance, technical documentation, logs, human oversight, a conformity assessment and "
        "registration."
    ),
    "eu_ai_transparency": Message(
        "Say that people talk to a machine, and mark what it made so that machines can tell."
    ),
    "eu_ai_literacy": Message("See to it that everybody who works with the model knows what it can and cannot do."),
    "eu_mdr": Message(
        "A quality system, technical documentation with clinical evaluation, and for almost all software (rule 11: "
        "class IIa or higher) the certificate of a notified body."
    ),
    "eu_gdpr": Message(
        "A legal basis for each use, a record of them, contracts with processors, answers to people's requests, and "
        "notice of a breach within 72 hours."
    ),
    "eu_gdpr_assessment": Message("An assessment of what the use of health data may do to people, before it starts."),
    "us_fda_510k": Message(
        "Show that the device is as safe and effective as one that is already sold, and wait for the clearance."
    ),
    "us_fda_de_novo": Message(
        "Show on its own merits that a device of a new kind is safe and effective, and wait for the decision."
    ),
    "us_hipaa": Message(
        "Contracts as a business associate, an analysis of risks, safeguards for health data, and notice of a breach "
        "within 60 days."
    ),
    "us_model_risk": Message(
        "What a bank will ask of its supplier: how the model works, its tests, validation by somebody independent, and "
        "monitoring. Guidance, not law; meant for banks above 30 billion US$."
    ),
    "cn_pipl": Message(
        "Consent or another legal ground, an impact assessment, audits, and conditions for sending data abroad."
    ),
    "cn_generative": Message(
        "Lawful training data, a security assessment with tests of answers, marks on what was made, and a filing "
        "before the public may use it."
    ),
    "cn_recommendation": Message(
        "A switch that turns recommendations off, no prices by person, and a filing within 10 working days where "
        "opinions are formed."
    ),
}
"""Rule → its duty, as the catalogue has it; here so that it can be translated."""


@dataclass(frozen=True)
class Span:
    """A published or entered range. Raises BadInput unless it has a source and 0 ≤ low ≤ likely ≤ high."""

    low: float
    likely: float | None
    """None: only the ends were published."""
    high: float
    basis: str
    """What it counts, as published."""
    source: Source

    def __post_init__(self) -> None:
        if not self.source.where.strip():
            raise BadInput("The figure has no source; say where it comes from, a web address or an offer.")
        ends = [v for v in (self.low, self.likely, self.high) if v is not None]
        for value in ends:
            not_negative(Message("The range"), value)
        if ends != sorted(ends):
            raise BadInput(
                "The range is {ends}; give low, likely and high in this order.", ends=", ".join(f"{v:g}" for v in ends)
            )

    @property
    def middle(self) -> float:
        """The likely value; where none was given, halfway between the ends."""
        return (self.low + self.high) / 2 if self.likely is None else self.likely

    def times(self, factor: float) -> Span:
        """Return the range in another unit."""
        likely = None if self.likely is None else self.likely * factor
        return Span(self.low * factor, likely, self.high * factor, self.basis, self.source)


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    jurisdiction: Jurisdiction
    name: str
    """Its official name."""
    scenarios: tuple[str, ...]
    """The scenarios it is for; empty: all."""
    answers: Mapping[str, str]
    """Question → the answer that triggers it; all of them have to be given."""
    duty: Message
    applies_from: date
    before_sale: bool
    """Whether nothing may be sold there before the duty is met."""
    cost: Span | None
    """USD, once; None: nobody has published it."""
    months: Span | None
    """Until the duty is met; None: nobody has published it."""
    source: Source

    @property
    def title(self) -> Message:
        return TITLES[self.id]


@cache
def regulations() -> dict[str, Rule]:
    """Return every rule by its id, in the order of the catalogue."""
    return {r["id"]: _rule(r) for r in rows("regulations.csv")}


def regulation(rule_id: str) -> Rule:
    """Return the rule `rule_id`. Raises NotFound, naming the rules there are."""
    if found := regulations().get(rule_id):
        return found
    raise NotFound("There is no rule {id}; the catalogue has {known}.", id=rule_id, known=", ".join(regulations()))


def _rule(row: dict[str, str]) -> Rule:
    pairs = (pair.partition("=") for pair in row["answers"].split(";") if pair)
    cost = _span(row, "cost")
    return Rule(
        id=row["id"],
        jurisdiction=row["jurisdiction"],  # type: ignore[arg-type]
        name=row["rule"],
        scenarios=tuple(filter(None, row["scenarios"].split(";"))),
        answers={question: answer for question, _, answer in pairs},
        duty=DUTIES[row["id"]],
        applies_from=date.fromisoformat(row["applies_from"]),
        before_sale=row["before_sale"] == "yes",
        cost=cost.times(rate(row["currency"]).usd) if cost else None,
        months=_span(row, "months"),
        source=Source(row["rule"], row["source"], row["as_of"]),
    )


def _span(row: dict[str, str], what: str) -> Span | None:
    low, likely, high = (row[f"{what}_{end}"] for end in ("low", "likely", "high"))
    if not low or not high:
        return None
    basis = row[f"{what}_basis"]
    source = Source(f"{row['rule']}: {basis}", row[f"{what}_source"], row[f"{what}_as_of"])
    return Span(float(low), float(likely) if likely else None, float(high), basis, source)

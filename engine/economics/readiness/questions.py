"""The short questionnaire: what only the founders know. Every answer is one of a few, and any may stay open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import BadInput
from engine.messages import Message

Answers = Mapping[str, str]
"""Question → answer; what nobody has answered is not there."""

YES_NO = {"yes": Message("Yes"), "no": Message("No")}
HOW_FAR = {"yes": Message("Yes"), "partly": Message("Partly"), "no": Message("No")}


@dataclass(frozen=True)
class Question:
    """One question and the answers to choose from."""

    id: str
    challenge: str
    """The challenge it belongs to, a key of `score.CHALLENGES`."""
    text: Message
    choices: Mapping[str, Message]


def _all(challenge: str, choices: Mapping[str, Message], texts: Mapping[str, Message]) -> tuple[Question, ...]:
    return tuple(Question(name, challenge, text, choices) for name, text in texts.items())


TECHNICAL = (
    Question("own_data", "technical", Message("Is the training data yours alone?"), HOW_FAR),
    Question(
        "time_to_copy", "technical", Message("How long would a good team need to copy what you have?"),
        {"weeks": Message("A few weeks"), "months": Message("A few months"), "years": Message("A year or more")},
    ),
    Question(
        "promise_ms", "technical", Message("Within which time must 95 of 100 answers be there?"),
        {"50": Message("50 ms"), "200": Message("200 ms"), "1000": Message("1 s"), "5000": Message("5 s")},
    ),
)  # fmt: skip
TALENT = (
    Question(
        "engineers", "talent", Message("How many people can train and run the model?"),
        {"none": Message("Nobody yet"), "one": Message("One"), "two": Message("Two or more")},
    ),
    *_all("talent", HOW_FAR, {
        "expert": Message("Does somebody who knows the field check data and answers?"),
        "on_call": Message("Does somebody answer when the service fails at night?"),
        "roles_filled": Message("Are the roles of the next twelve months filled?"),
    }),
)  # fmt: skip
COMMERCIAL = (
    Question(
        "interviews", "commercial", Message("How many buyers have you talked to about the problem?"),
        {"none": Message("None"), "some": Message("One to nine"), "many": Message("Ten or more")},
    ),
    Question(
        "pilots", "commercial", Message("Does a customer use it?"),
        {"none": Message("Not yet"), "free": Message("Without paying"), "paid": Message("For money")},
    ),
    Question("price_tested", "commercial", Message("Has a buyer said yes to your price?"), HOW_FAR),
)  # fmt: skip
PRIVACY = _all("privacy", HOW_FAR, {
    "legal_basis": Message("Is the legal basis of every use of data written down?"),
    "retention": Message("Is data deleted after a time that is fixed?"),
    "access": Message("Do only those who need the data get at it, and is that logged?"),
    "assessment": Message("Was it assessed what the use of data may do to people?"),
})  # fmt: skip
SUSTAINABILITY = _all("sustainability", HOW_FAR, {
    "monitoring": Message("Is it watched whether answers stay good after launch?"),
    "retraining": Message("Are retraining and new labels planned and paid for?"),
    "green_region": Message("Was the place to run it chosen by the carbon of its power?"),
})  # fmt: skip
TRIGGERS = _all("regulation", YES_NO, {
    "market_eu": Message("Will it be used in the European Union?"),
    "market_us": Message("Will it be used in the United States?"),
    "market_cn": Message("Will it be used in mainland China?"),
    "personal_data": Message("Does it take in data about people?"),
    "medical_purpose": Message("Is it meant to help diagnose, sort or treat patients?"),
    "predicate": Message("Has the FDA cleared a similar device?"),
    "us_health_partner": Message("Does health data come from a US clinic, lab or insurer?"),
    "bank_customer": Message("Will a bank decide or manage risk with it?"),
    "decides_people": Message("Does it decide about a person's credit, insurance, job or schooling?"),
    "generates_content": Message("Does it write, draw or speak to the public?"),
})  # fmt: skip
"""What triggers the rules of the catalogue."""
RULES = _all("regulation", HOW_FAR, {
    "owner": Message("Is somebody answerable for the rules?"),
    "lawyer": Message("Has a lawyer of each market looked at it?"),
    "documents": Message("Are model, data, tests and changes documented for an audit?"),
})  # fmt: skip


QUESTIONS: dict[str, Question] = {
    q.id: q for q in (*TECHNICAL, *TALENT, *COMMERCIAL, *PRIVACY, *SUSTAINABILITY, *TRIGGERS, *RULES)
}
"""Id → question, in the order in which they are asked."""

IMPLIED: dict[str, Answers] = {
    "finance_sentiment": {"medical_purpose": "no", "generates_content": "no"},
    "medical_imaging": {"medical_purpose": "yes", "personal_data": "yes", "generates_content": "no"},
    "recommendation": {"medical_purpose": "no", "personal_data": "yes", "generates_content": "no"},
}
"""Scenario → what is assumed of it until somebody answers otherwise."""


def checked(answers: Answers) -> dict[str, str]:
    """Return `answers` as they are. Raises BadInput for a question or an answer that does not exist."""
    for name, answer in answers.items():
        if name not in QUESTIONS:
            raise BadInput("There is no question {name}; choose one of {known}.", name=name, known=", ".join(QUESTIONS))
        if answer not in QUESTIONS[name].choices:
            raise BadInput(
                "The answer to {name} is {answer}; choose one of {known}.",
                name=name,
                answer=str(answer),
                known=", ".join(QUESTIONS[name].choices),
            )
    return dict(answers)

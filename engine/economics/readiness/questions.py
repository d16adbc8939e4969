"""The short questionnaire: what only the founders know. Every answer is one of a few, and none may stay open."""

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


def _questions() -> tuple[Question, ...]:
    return (
        Question("own_data", "technical", Message("Is the training data yours alone?"), HOW_FAR),
        Question(
            "time_to_copy", "technical", Message("How long would a good team need to copy what you have?"),
            {"weeks": Message("Weeks"), "months": Message("Months"), "years": Message("A year or more")},
        ),
        Question(
            "promise_ms", "technical", Message("Within which time must 95 of 100 answers be there?"),
            {"50": Message("50 ms"), "200": Message("200 ms"), "1000": Message("1 s"), "5000": Message("5 s")},
        ),
        Question(
            "engineers", "talent", Message("How many people can train and run the model?"),
            {"none": Message("Nobody yet"), "one": Message("One"), "two": Message("Two or more")},
        ),
        Question("expert", "talent", Message("Does somebody who knows the field check data and answers?"), HOW_FAR),
        Question("on_call", "talent", Message("Does somebody answer when the service fails at night?"), HOW_FAR),
        Question("roles_filled", "talent", Message("Are the roles of the next twelve months filled?"), HOW_FAR),
        Question(
            "interviews", "commercial", Message("How many buyers have you talked to about the problem?"),
            {"none": Message("None"), "some": Message("One to nine"), "many": Message("Ten or more")},
        ),
        Question(
            "pilots", "commercial", Message("Does a customer use it?"),
            {"none": Message("Not yet"), "free": Message("Without paying"), "paid": Message("For money")},
        ),
        Question("price_tested", "commercial", Message("Has a buyer said yes to your price?"), HOW_FAR),
        Question("legal_basis", "privacy", Message("Is the legal basis of every use of data written down?"), HOW_FAR),
        Question("retention", "privacy", Message("Is data deleted after a time that is fixed?"), HOW_FAR),
        Question("access", "privacy", Message("Do only those who need the data get at it, and is that logged?"), HOW_FAR),
        Question("assessment", "privacy", Message("Was it assessed what the use of data may do to people?"), HOW_FAR),
        Question("monitoring", "sustainability", Message("Is it watched whether answers stay good after launch?"), HOW_FAR),
        Question("retraining", "sustainability", Message("Are retraining and new labels planned and paid for?"), HOW_FAR),
        Question("green_region", "sustainability", Message("Was the place to run it chosen by the carbon of its power?"), HOW_FAR),
        Question("market_eu", "regulation", Message("Will it be used in the European Union?"), YES_NO),
        Question("market_us", "regulation", Message("Will it be used in the United States?"), YES_NO),
        Question("market_cn", "regulation", Message("Will it be used in mainland China?"), YES_NO),
        Question("personal_data", "regulation", Message("Does it take in data about people?"), YES_NO),
        Question("medical_purpose", "regulation", Message("Is it meant to help diagnose, sort or treat patients?"), YES_NO),
        Question("predicate", "regulation", Message("Has the FDA cleared a similar device?"), YES_NO),
        Question("us_health_partner", "regulation", Message("Does health data come from a US clinic, lab or insurer?"), YES_NO),
        Question("bank_customer", "regulation", Message("Will a bank decide or manage risk with it?"), YES_NO),
        Question("decides_people", "regulation", Message("Does it decide about a person's credit, insurance, job or schooling?"), YES_NO),
        Question("generates_content", "regulation", Message("Does it write, draw or speak to the public?"), YES_NO),
        Question("owner", "regulation", Message("Is somebody answerable for the rules?"), HOW_FAR),
        Question("lawyer", "regulation", Message("Has a lawyer of each market looked at it?"), HOW_FAR),
        Question("documents", "regulation", Message("Are model, data, tests and changes documented for an audit?"), HOW_FAR),
    )  # fmt: skip


QUESTIONS: dict[str, Question] = {q.id: q for q in _questions()}
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

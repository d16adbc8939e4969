"""The five challenges and regulation: what each rests on, with its points of 100. One line each in `CHALLENGES`."""

from __future__ import annotations

from dataclasses import dataclass

from engine.economics.readiness import measured as m
from engine.economics.readiness.evidence import Criterion, asked
from engine.messages import Message


@dataclass(frozen=True)
class Challenge:
    """One axis of the radar. Its criteria's points sum to 100."""

    name: str
    title: Message
    asks: Message
    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        if abs(sum(c.points for c in self.criteria) - 100) > 1e-9:
            raise ValueError(f"the points of {self.name} do not sum to 100")


TECHNICAL = Challenge(
    "technical",
    Message("Technical barrier"),
    Message("Does it work, is it proved, and could others copy it?"),
    (
        Criterion(
            "baseline", 25, Message("Better than a simple model"),
            Message("Train the simple recipe on the same data, and a better one until the difference is beyond chance"),
            m.of_run(m.beats_baseline),
        ),
        Criterion(
            "interval", 15, Message("The figure is sure"),
            Message("Judge on more test rows, so that the interval narrows"), m.of_run(m.is_sure),
        ),
        Criterion(
            "gate", 10, Message("What is served equals what was trained"),
            Message("Export the run and let it pass the checks"), m.of_run(m.is_exact),
        ),
        Criterion(
            "latency", 10, Message("Answers come in time"),
            Message("Serve a smaller recipe or the 8-bit model, or promise a longer time"), m.in_time,
        ),
        Criterion(
            "repeated", 10, Message("The test is honest: rows do not repeat"),
            Message("Leave repeated rows out and train again"), m.of_data(m.not_repeated),
        ),
        asked("own_data", 20, Message("Collect data that only you can have, and train on it")),
        asked(
            "time_to_copy", 10, Message("Build what takes others long: data, integrations, trust"),
            {"weeks": 0.0, "months": 0.5, "years": 1.0},
        ),
    ),
)  # fmt: skip
TALENT = Challenge(
    "talent",
    Message("Talent"),
    Message("Are the people there who build it, run it and know the field?"),
    (
        asked(
            "engineers", 35, Message("Let a second person train and run the model once, alone"),
            {"none": 0.0, "one": 0.5, "two": 1.0},
        ),
        asked("expert", 25, Message("Have somebody who knows the field check a sample of answers each week")),
        asked("on_call", 15, Message("Agree who answers when the service fails, also at night")),
        asked("roles_filled", 10, Message("List the roles of the next twelve months and fill the first one")),
        Criterion(
            "team", 15, Message("The plan pays for the team"),
            Message("Put two people who build and one who supports into the first year of the plan"),
            m.of_case(m.pays_for_team),
        ),
    ),
)  # fmt: skip
COMMERCIAL = Challenge(
    "commercial",
    Message("Commercialisation"),
    Message("Will somebody pay for it, and may it be sold?"),
    (
        asked(
            "interviews", 15, Message("Talk to ten buyers about their problem"),
            {"none": 0.0, "some": 0.5, "many": 1.0},
        ),
        asked("pilots", 25, Message("Win a pilot that pays"), {"none": 0.0, "free": 0.5, "paid": 1.0}),
        asked("price_tested", 15, Message("Name your price to a buyer and hear the answer")),
        Criterion(
            "licence", 20, Message("The data may be used to earn money"),
            Message("Train on data whose licence allows commercial use"), m.of_data(m.may_be_sold),
        ),
        Criterion(
            "real", 5, Message("Shown on real data"), Message("Train and test on real data"), m.of_data(m.is_real)
        ),
        Criterion(
            "break_even", 12, Message("The plan breaks even"),
            Message("Find a price, volume or cost at which the plan breaks even within two years"),
            m.of_case(m.breaks_even),
        ),
        Criterion(
            "margin", 8, Message("What is sold brings more than it costs to serve"),
            Message("Raise prices or serve more cheaply until the gross margin is 70% in the third year"),
            m.of_case(m.has_margin),
        ),
    ),
)  # fmt: skip
PRIVACY = Challenge(
    "privacy",
    Message("Data privacy"),
    Message("Are the people in the data protected?"),
    (
        Criterion(
            "people", 30, Message("Nobody can be recognised in the data"),
            Message("Mask or take out what was found about people, and prepare the data again"),
            m.of_data(m.no_people),
        ),
        asked("legal_basis", 20, Message("Write down for each use why it is allowed")),
        asked("retention", 15, Message("Fix when data is deleted, and delete it")),
        asked("access", 20, Message("Give access by role, and log it")),
        asked("assessment", 15, Message("Assess once in writing what the use of data may do to people")),
    ),
)  # fmt: skip
SUSTAINABILITY = Challenge(
    "sustainability",
    Message("Sustainability"),
    Message("Can it be kept up: money, quality, energy?"),
    (
        Criterion(
            "energy", 15, Message("Its energy is known"), Message("Train a run here, so that its energy is measured"),
            m.of_run(m.knows_energy),
        ),
        Criterion(
            "frugal", 15, Message("Nothing cheaper is as good"),
            Message("Compare with a smaller recipe, and take it where it is as good"), m.of_run(m.is_frugal),
        ),
        asked("green_region", 10, Message("Run where power has less carbon; the Costs page compares places")),
        asked("monitoring", 20, Message("Check a sample of live answers each week against the truth")),
        asked("retraining", 20, Message("Put retraining and new labels into the plan of costs")),
        Criterion(
            "runway", 10, Message("Cash lasts"), Message("Cut costs or raise money until cash lasts eighteen months"),
            m.of_case(m.lasts),
        ),
        Criterion(
            "solvent", 10, Message("Cash lasts in most futures"),
            Message("Raise more or spend later until cash lasts in nine of ten futures"), m.of_case(m.stays_solvent),
        ),
    ),
)  # fmt: skip
REGULATION = Challenge(
    "regulation",
    Message("Regulation"),
    Message("Are the rules known, paid for and followed?"),
    (
        Criterion(
            "rules_known", 20, Message("It is known which rules apply"),
            Message("Answer where it is sold and what it does"), m.rules_known,
        ),
        Criterion(
            "rules_priced", 20, Message("Their cost and time are known"),
            Message("Ask for an offer for each rule without a cost or time, and enter it below"), m.rules_priced,
        ),
        Criterion(
            "rules_planned", 10, Message("Their cost and time are in the plan"),
            Message("Take the rules into the case on the Business page"), m.rules_planned,
        ),
        asked("owner", 20, Message("Make one person answerable for the rules")),
        asked("lawyer", 15, Message("Have a lawyer of each market look at it")),
        asked("documents", 15, Message("Keep the model card and the data card of each release")),
    ),
)  # fmt: skip
CHALLENGES: dict[str, Challenge] = {
    c.name: c for c in (TECHNICAL, TALENT, COMMERCIAL, PRIVACY, SUSTAINABILITY, REGULATION)
}

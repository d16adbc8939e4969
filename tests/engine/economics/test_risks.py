"""The register of risks: each follows from evidence and only from it, and people say more about them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.economics.readiness.evidence import CaseFacts, Facts
from engine.economics.readiness.risks import DERIVED, Risk, register
from engine.errors import BadInput
from engine.messages import Message
from tests.engine.economics.test_readiness import GOOD_CASE, GOOD_DATA, GOOD_RUN

RISKY = {
    "no_better": Facts("x", {}, replace(GOOD_RUN, baseline=GOOD_RUN.quality)),
    "late": Facts("x", {"promise_ms": "50"}, replace(GOOD_RUN, p95_ms=51.0)),
    "not_sold": Facts("x", {}, data=replace(GOOD_DATA, commercial_use=False)),
    "made_up": Facts("x", {}, data=replace(GOOD_DATA, synthetic=True)),
    "people": Facts("x", {}, data=replace(GOOD_DATA, personal=True)),
    "one_person": Facts("x", {"engineers": "one"}),
    "nobody_pays": Facts("x", {"pilots": "free"}),
    "drift": Facts("x", {"monitoring": "no"}),
    "cash": Facts("x", {}, case=CaseFacts(runway_months=5)),
    "held_up": Facts("medical_imaging", {"market_eu": "yes"}),
    "dear": Facts("medical_imaging", {"market_eu": "yes"}),
}


@pytest.mark.parametrize("kind", DERIVED)
def test_every_kind_of_risk_follows_from_evidence_and_only_from_it(kind: str) -> None:
    assert kind in {r.id for r in register(RISKY[kind])}
    good = Facts(
        "x", {"promise_ms": "50", "engineers": "two", "pilots": "paid", "monitoring": "yes"}, GOOD_RUN, GOOD_DATA,
        CaseFacts(12, 24),
    )  # fmt: skip
    assert register(good) == ()
    assert register(Facts("x")) == ()


def test_what_people_say_of_a_risk_holds_and_their_own_are_added() -> None:
    kept = (
        Risk("drift", "x", 5, 5, "Ada", plan="A weekly sample"),
        Risk("mine", "The founder leaves", 2, 5),
        Risk("late", "x", 1, 1),
    )
    found = {r.id: r for r in register(RISKY["drift"], kept)}
    assert set(found) == {"drift", "mine"}, "a risk that no evidence speaks of any more is gone"
    assert (found["drift"].severity, found["drift"].owner, found["drift"].plan) == (25, "Ada", "A weekly sample")
    assert isinstance(found["drift"].title, Message)
    assert next(iter(found)) == "drift", "the gravest comes first"


@pytest.mark.parametrize(
    ("wrong", "explained"),
    [
        ({"title": "  "}, "has no name"),
        ({"likelihood": 0}, "likelihood is 0"),
        ({"impact": 6}, "impact is 6"),
        ({"impact": math.nan}, "impact is nan"),
        ({"likelihood": True}, "likelihood is True"),
        ({"owner": "a" * 301}, "has 301 letters"),
    ],
)
def test_a_risk_that_cannot_be_is_one_sentence(wrong: dict[str, object], explained: str) -> None:
    with pytest.raises(BadInput, match=explained):
        Risk(**({"id": "x", "title": "Fire", "likelihood": 1, "impact": 1} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(("share", "likelihood"), [(0.24, None), (0.25, 3), (0.6, 4)])
def test_futures_without_cash_are_a_risk(share: float, likelihood: int | None) -> None:
    found = {r.id: r.likelihood for r in register(Facts("x", case=replace(GOOD_CASE, broke_share=share)))}
    assert found.get("cash") == likelihood

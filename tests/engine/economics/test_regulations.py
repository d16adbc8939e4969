"""The catalogue of rules: every row has source and date, every rule its trigger; what rules cost and take."""

from __future__ import annotations

import re
from datetime import date

import pytest

from engine.economics.catalog import rows
from engine.economics.currency import rates
from engine.economics.figure import Source
from engine.economics.readiness.questions import QUESTIONS
from engine.economics.readiness.rules import Compliance, Own, comply
from engine.economics.regulations import DUTIES, TITLES, Span, regulation, regulations
from engine.errors import BadInput, NotFound
from engine.scenarios import SCENARIOS

ROWS = {r["id"]: r for r in rows("regulations.csv")}
PARTIAL = re.compile(r"^(\d{4})(-(\d{2}))?(-(\d{2}))?$")
TODAY = date(2026, 11, 24)
HERE = Source("", "An offer", "2026-11-01")


def parsed(text: str) -> date:
    """Return a date given to the year, the month or the day."""
    found = PARTIAL.match(text)
    assert found, text
    return date(int(found[1]), int(found[3] or 1), int(found[5] or 1))


@pytest.mark.parametrize("rule_id", ROWS)
def test_every_row_says_where_it_comes_from_and_when_that_held(rule_id: str) -> None:
    row = ROWS[rule_id]
    assert row["source"]
    assert parsed(row["as_of"]) <= TODAY
    assert date(1900, 1, 1) < date.fromisoformat(row["applies_from"]) < date(2040, 1, 1)
    assert row["before_sale"] in {"yes", "no"}
    for what in ("cost", "months"):
        given = [row[f"{what}_{end}"] for end in ("low", "high")]
        described = [row[f"{what}_{part}"] for part in ("basis", "source", "as_of")]
        assert all(given) == any(given), "both ends or none"
        assert all(described) == any(described) == all(given), "a figure has a basis, a source and a date, or is empty"
        if all(given):
            assert parsed(row[f"{what}_as_of"]) <= TODAY
            assert 0 < float(given[0]) <= float(row[f"{what}_likely"] or given[0]) <= float(given[1])
    assert (row["currency"] in rates()) == bool(row["cost_low"])


@pytest.mark.parametrize("rule_id", ROWS)
def test_every_rule_has_words_and_triggers_that_exist(rule_id: str) -> None:
    rule = regulations()[rule_id]
    assert DUTIES[rule_id].text == ROWS[rule_id]["duty"]
    assert str(rule.title)
    assert rule.jurisdiction in {"EU", "US", "CN"}
    assert set(rule.scenarios) <= set(SCENARIOS)
    assert rule.answers, "a rule without a trigger would apply to everybody"
    for question, answer in rule.answers.items():
        assert answer in QUESTIONS[question].choices


def test_words_and_rows_name_the_same_rules() -> None:
    assert set(ROWS) == set(DUTIES) == set(TITLES)


def status(found: Compliance, rule_id: str) -> tuple[str, tuple[str, ...]]:
    return next((m.status, m.unanswered) for m in found.met if m.rule.id == rule_id)


@pytest.mark.parametrize("rule_id", ROWS)
def test_each_rule_is_triggered_by_its_answers_and_by_nothing_less(rule_id: str) -> None:
    rule = regulations()[rule_id]
    scenario = rule.scenarios[0] if rule.scenarios else "another"
    assert status(comply(scenario, rule.answers, {}), rule_id) == ("applies", ())
    for question, wanted in rule.answers.items():
        without = {q: a for q, a in rule.answers.items() if q != question}
        assert status(comply(scenario, without, {}), rule_id) == ("open", (question,))
        other = next(a for a in QUESTIONS[question].choices if a != wanted)
        assert status(comply(scenario, without | {question: other}, {}), rule_id) == ("not", ())
    if rule.scenarios:
        assert status(comply("another", rule.answers, {}), rule_id) == ("not", ())


def test_the_rules_of_the_three_scenarios() -> None:
    markets = {"market_eu": "yes", "market_us": "yes", "market_cn": "yes"}
    medical = markets | {
        "medical_purpose": "yes",
        "personal_data": "yes",
        "predicate": "yes",
        "generates_content": "no",
    }
    found = {m.rule.id for m in comply("medical_imaging", medical | {"us_health_partner": "yes"}, {}).applying}
    assert {"eu_ai_medical", "eu_mdr", "us_fda_510k", "us_hipaa", "eu_gdpr", "eu_gdpr_assessment", "cn_pipl"} <= found
    assert not found & {"us_fda_de_novo", "cn_generative", "cn_recommendation"}
    shop = {m.rule.id for m in comply("recommendation", markets, {}).applying}
    assert "cn_recommendation" in shop
    bank = markets | {"bank_customer": "yes", "generates_content": "no"}
    assert "us_model_risk" in {m.rule.id for m in comply("finance_sentiment", bank, {}).applying}


def test_costs_add_up_and_the_longest_rule_holds_up_the_sale() -> None:
    answers = {"market_us": "yes", "medical_purpose": "yes", "predicate": "yes", "us_health_partner": "yes",
               "bank_customer": "no"}  # fmt: skip
    found = comply("medical_imaging", answers, {})
    cost, delay = found.cost(), found.delay(TODAY)
    assert cost is not None
    assert delay is not None
    # 510(k): 50,000 to 150,000, the middle 100,000; HIPAA: 10,000 to 50,000, the middle 30,000
    assert (cost.low, cost.value, cost.high) == (60_000, 130_000, 200_000)
    # 510(k): 6 to 9 months; HIPAA: 3 to 6, likely 4.5
    assert (delay.low, delay.value, delay.high) == (6, 7.5, 9)
    assert cost.kind == delay.kind == "projected"
    assert len(cost.sources) == 2


def test_a_rule_of_tomorrow_does_not_hold_up_a_sale_today() -> None:
    answers = {"market_eu": "yes", "decides_people": "yes", "medical_purpose": "no", "personal_data": "no"}
    own = {"eu_ai_people": Own(months=Span(10, None, 12, "", HERE))}
    found = comply("another", answers, own)
    assert found.delay(date(2027, 12, 1)) is None
    later = found.delay(date(2027, 12, 2))
    assert later is not None
    assert later.high == 12
    (met,) = (m for m in found.applying if m.rule.id == "eu_ai_people")
    assert met.due_in_months(date(2027, 11, 2)) == pytest.approx(30 / 30.4375)


def test_what_nobody_has_published_is_asked_for_and_never_invented() -> None:
    answers = {"market_eu": "yes", "medical_purpose": "yes", "personal_data": "yes"}
    found = comply("medical_imaging", answers, {})
    assert "eu_mdr" in {m.rule.id for m in found.without_cost}
    assert "eu_ai_medical" in {m.rule.id for m in found.without_months}
    before = found.cost()
    own = comply("medical_imaging", answers, {"eu_mdr": Own(cost=Span(1_000, 2_000, 4_000, "", HERE))})
    after = own.cost()
    assert before is not None
    assert after is not None
    assert after.value - before.value == pytest.approx(2_000)
    assert after.kind == "assumed"
    assert "eu_mdr" not in {m.rule.id for m in own.without_cost}
    assert comply("another", {}, {}).cost() is None


@pytest.mark.parametrize(
    "ends", [(2, None, 1), (1, 3, 2), (-1, None, 1), (float("nan"), None, 1), (0, None, float("inf"))]
)
def test_a_range_that_cannot_be_is_one_sentence(ends: tuple[float, float | None, float]) -> None:
    with pytest.raises(BadInput, match="The range is"):
        Span(*ends, "", HERE)


def test_a_figure_without_a_source_is_refused() -> None:
    with pytest.raises(BadInput, match="has no source"):
        Span(1, 2, 3, "", Source("", " ", "2026"))


def test_a_rule_that_does_not_exist_is_named() -> None:
    with pytest.raises(NotFound, match="no rule eu_cookies"):
        regulation("eu_cookies")

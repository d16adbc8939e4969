"""Rules in a plan: every dollar of them is paid within their months, the longest before a sale sets the launch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.economics.business import draws, model, uncertainty
from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.link import changed, changes, read_case
from engine.economics.business.obligations import Obligation, held_up, launch, likely_launch, outlays, waits
from engine.economics.business.presets import preset
from engine.economics.business.serving import flat
from engine.economics.business.spread import Spread, certain
from engine.economics.readiness.planned import obligation, planned
from engine.economics.readiness.rules import comply
from engine.errors import BadInput

MDR = Obligation("eu_mdr", Spread(80_000, 90_000, 120_000), Spread(13, 18, 24), "An offer")
GDPR = Obligation("eu_gdpr", Spread(1_000, 2_000, 4_000), certain(0), "https://example.org/~prices;a")
HIPAA = Obligation("us_hipaa", certain(30_000), certain(4.5), "An offer")


def with_rules(*rules: Obligation, start: str = "2027-01") -> Case:
    return replace(preset("base"), rules=rules, start=start)


def test_what_a_rule_costs_is_paid_evenly_over_its_months() -> None:
    case = with_rules(HIPAA, GDPR)
    paid = outlays(case, draws.likely(case))[:, 0]
    # 30,000 over four and a half months, and 2,000 at once
    assert paid[:6].tolist() == pytest.approx([30_000 / 4.5 + 2_000, *[30_000 / 4.5] * 3, 15_000 / 4.5, 0])
    spread = draws.futures(with_rules(MDR), 500)
    whole = outlays(with_rules(MDR), spread).sum(axis=0)
    assert whole == pytest.approx(spread["rules.0.usd"])
    assert whole.min() < 85_000 < 110_000 < whole.max()


def test_the_longest_rule_before_a_sale_sets_the_launch_and_what_is_earned() -> None:
    case = with_rules(GDPR, HIPAA, MDR)
    assert (likely_launch(with_rules(GDPR)), likely_launch(with_rules(HIPAA)), likely_launch(case)) == (4, 6, 19)
    assert waits(with_rules(GDPR)) is None
    assert str(waits(case)) == "Launch in month 19 instead of 4: Medical devices (MDR) has to be met before."
    months = launch(case, draws.futures(case, 2_000))
    assert (months.min(), months.max()) == (15, 25)
    outcome = model.run(case, flat(0.01))
    assert not outcome.income.marketing[:18].any()
    assert outcome.income.marketing[18, 0] > 0
    assert outcome.income.rules.sum() == pytest.approx(122_000)
    before, after = (uncertainty.fan(c, flat(0.01), futures=256) for c in (preset("base"), case))
    assert after.broke_by[-1] > before.broke_by[-1]


def test_a_rule_of_after_the_launch_does_not_hold_it_up() -> None:
    act = Obligation("eu_ai_people", certain(1), certain(30), "An offer")  # in force from 2 December 2027 on
    assert not held_up(with_rules(act))
    assert likely_launch(with_rules(act, start="2027-09")) == 31


def test_a_launch_after_the_plan_sells_nothing_and_says_so() -> None:
    case = with_rules(replace(MDR, months=certain(MONTHS)))
    assert likely_launch(case) == MONTHS + 1
    outcome = model.run(case, flat(0.01))
    assert not outcome.income.revenue.any()
    assert np.isfinite(outcome.ledger.cash).all()


def test_a_link_carries_rules_with_their_sources() -> None:
    case = with_rules(MDR, GDPR)
    again, problems = changed(preset("base"), changes(case, preset("base")))
    assert not problems
    assert again.rules[0] == MDR
    assert again.rules[1].source == "https://example.org/%7Eprices,a"
    assert again.open.keys() - preset("base").open.keys() == {"rules.0.usd", "rules.0.months", "rules.1.usd"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("eu_mdr~~13~An offer", r"Medical devices \(MDR\) has no cost in the plan; ask for an offer"),
        ("eu_mdr~5~~An offer", r"Medical devices \(MDR\) has no months in the plan"),
        ("eu_mdr~1000~61~An offer", r"months of Medical devices \(MDR\) is 61.0; give 0 to 60"),
        ("eu_mdr~-5~6~An offer", r"cost of Medical devices \(MDR\) is -5.0; give 0 to"),
        ("eu_mdr~1000~6~ ", "have no source"),
        (f"eu_mdr~1000~6~{'x' * 301}", "has 301 letters"),
        ("eu_mdr~1~6~x;eu_mdr~1~6~x", "stands in the plan twice"),
        ("moon_law~1~6~x", "There is no rule moon_law"),
        ("eu_mdr~9_5_1~6~x", "rising order"),
        ("eu_mdr~nan~6~x", "nan is no number"),
        ("eu_mdr~1", "it needs 4 fields"),
    ],
)
def test_a_rule_that_cannot_be_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_case({"rules": text}, preset("base"))


def test_rules_that_apply_become_rows_and_what_nobody_priced_is_asked_for() -> None:
    answers = {"market_us": "yes", "us_health_partner": "yes", "market_eu": "yes", "personal_data": "yes"}
    found = planned(comply("another", answers, {}))
    by_id = {o.rule: o for o in found.priced}
    assert (by_id["us_hipaa"].usd, by_id["us_hipaa"].months) == (Spread(10_000, 30_000, 50_000), Spread(3, 4.5, 6))
    assert by_id["us_hipaa"].source == "https://promise.legal/guides/hipaa-compliance (2025)"
    assert by_id["eu_gdpr"].months == certain(0)
    assert [m.rule.id for m in found.asked] == ["eu_ai_literacy"]
    with pytest.raises(BadInput, match="Nobody has published what AI Act: literacy costs"):
        obligation(found.asked[0])

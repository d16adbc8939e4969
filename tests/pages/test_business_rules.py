"""Rules on the Business page: taken into the case with cost and delay, undone, shared, asked for where unpriced."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.readiness_store import answer
from engine.config import load_settings
from engine.economics.business.link import changed
from engine.economics.business.presets import preset
from engine.jobs.runs import RunFolder
from tests.pages.test_business import command, everything, metric

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


@pytest.fixture
def sold(finished: Finish) -> str:
    """A finished run that is to be sold in Europe and to US clinics; return its id."""
    run_id = finished().run_id
    for question in ("market_eu", "market_us", "personal_data", "us_health_partner"):
        answer(load_settings(), "finance_sentiment", question, "yes")
    return run_id


def headings(test: AppTest) -> str:
    return "\n".join(e.label.replace("\\", "") for e in test.expander)


def test_a_rule_that_is_taken_in_costs_money_moves_the_launch_and_is_undone(page: Open, sold: str) -> None:
    test = page("business", lang="en", group="costs")
    assert "3 rules apply, 3 more may; 0 in this plan" in headings(test)
    before = metric(test, "NPV")
    test.button(key="planned-us_hipaa-in").click().run()
    assert "1 in this plan" in headings(test)
    assert metric(test, "NPV") != before
    assert "Launch in month 6 instead of 4: Health data (HIPAA) has to be met before." in everything(test)
    assert "Meeting rules +$30,000" in test.info[0].value.replace("\\", "")
    case, problems = changed(preset("base"), test.query_params)
    assert not problems
    assert "https://promise.legal" in case.rules[0].source
    test.button(key="case-undo").click().run()
    assert metric(test, "NPV") == before
    assert "0 in this plan" in headings(test)


def test_every_priced_rule_is_taken_in_at_once_and_shared_by_the_link(page: Open, sold: str) -> None:
    test = page("business", lang="en")
    test.button(key="planned-all").click().run()
    assert "2 in this plan" in headings(test)
    assert "Not in the plan until somebody gives a cost and a time: AI Act: literacy" in everything(test)
    link = dict(parse_qsl(urlsplit(next(c.value for c in test.code if "?" in c.value)).query))
    again = page("business", **link)
    assert [m.value for m in again.metric] == [m.value for m in test.metric]
    test.button(key="planned-us_hipaa-out").click().run()
    assert "1 in this plan" in headings(test)


def test_what_nobody_has_published_is_asked_for(page: Open, sold: str) -> None:
    test = page("business", lang="en")
    with pytest.raises(KeyError):
        test.button(key="planned-eu_ai_literacy-in")
    test.session_state["planned-eu_ai_literacy"] = True
    test.run()
    place = f"planned-eu_ai_literacy-{hash(None)}"
    test.button(key=f"{place}-use").click().run()
    assert any("Nobody has published what AI Act: literacy costs" in e.value.replace("\\", "") for e in test.error)
    test.number_input(key=f"{place}-cost-0").set_value(5_000)
    test.number_input(key=f"{place}-cost-2").set_value(1_000)
    test.text_input(key=f"{place}-where").set_value("An offer")
    test.button(key=f"{place}-use").click().run()
    assert any("give low, likely and high in this order" in e.value for e in test.error)
    assert "rules" not in test.query_params
    test.number_input(key=f"{place}-cost-2").set_value(9_000)
    test.button(key=f"{place}-use").click().run()
    assert not test.error
    assert test.query_params["rules"].startswith("eu_ai_literacy~5000_7000_9000~0~An offer (")


def test_a_rule_without_a_price_in_the_address_is_explained_and_the_plan_stands(page: Open, finished: Finish) -> None:
    finished()
    plain = metric(page("business", lang="en"), "NPV")
    test = page("business", lang="en", rules="eu_mdr~~13~An offer")
    assert "Medical devices (MDR) has no cost in the plan; ask for an offer" in everything(test)
    assert metric(test, "NPV") == plain


def test_the_command_takes_the_rules_in_too(page: Open, sold: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = command(capsys, sold, "--rules", "--futures", "50", "--json")
    found = json.loads(out.splitlines()[-1])
    assert (status, found["launch"], found["rules_without_price"]) == (0, 6, ["eu_ai_literacy"])
    assert {r["id"]: r["usd"]["likely"] for r in found["rules"]}["us_hipaa"] == 30_000
    assert all(r["source"].startswith("https://") for r in found["rules"])
    test = page("business", lang="en")
    test.button(key="planned-all").click().run()
    assert metric(test, "Lowest cash") == "$" + format(float(format(found["metrics"]["lowest_cash"], ".4g")), ",.0f")

"""The Readiness page without a browser: with nothing, with runs and answers, with rules, risks and spoilt files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics import cases
from engine.analytics.readiness_store import answer, entered, keep_rule
from engine.config import load_settings
from engine.economics.business.presets import preset
from engine.economics.figure import Source
from engine.economics.readiness.rules import Own
from engine.economics.regulations import Span
from engine.jobs.runs import RunFolder
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]
SCENARIO = "finance_sentiment"


def words(test: AppTest) -> str:
    return said(test).replace("\\", "") + "\n" + "\n".join(e.label.replace("\\", "") for e in test.expander)


def give(test: AppTest, question: str, given: str | None, scenario: str = SCENARIO) -> AppTest:
    return test.segmented_control(key=f"ask-{scenario}-{question}").set_value(given).run()


def kept() -> dict[str, str]:
    return dict(entered(load_settings(), SCENARIO).answers)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("scenario", ["finance_sentiment", "medical_imaging", "recommendation"])
def test_an_empty_workspace_has_no_score_and_says_what_fills_it(page: Open, language: str, scenario: str) -> None:
    test = page("readiness", lang=language, scenario=scenario)
    assert not test.error
    assert len(test.expander) == 7
    if language == "en":
        assert test.header[0].value == "Nothing is known yet"
        assert words(test).count("no score, nothing is known") == 6
        assert "No measurement yet" in words(test)


def test_a_run_and_its_data_are_evidence(page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("readiness", lang="en")
    shown = words(test)
    assert "25 of 25 Better than a simple model" in shown.replace("**", "")
    assert "The licence (CC BY-NC 4.0) forbids commercial use" in shown
    assert "measured" in shown
    assert "Talent: no score, nothing is known" in shown
    assert "The model may not be sold with this data" in shown


def test_an_answer_is_kept_moves_the_score_and_can_be_taken_back(page: Open) -> None:
    test = give(page("readiness", lang="en"), "engineers", "two")
    assert kept() == {"engineers": "two"}
    assert "Talent: 35 to 100 of 100" in words(test)
    assert [i.value.replace("\\", "") for i in test.info] == [
        "How many people can train and run the model? no answer → Two or more. Talent 0–100 → 35–100."
    ]
    assert "Talent: 35 to 100 of 100" in words(page("readiness", lang="en")), "a new session finds the answer"
    test = give(test, "engineers", None)
    assert kept() == {}
    assert "Talent: no score, nothing is known" in words(test)


def test_rules_follow_from_answers_with_their_sources(page: Open) -> None:
    test = page("readiness", lang="en", scenario="medical_imaging")
    test = give(test, "market_eu", "yes", "medical_imaging")
    table = test.dataframe[1].value
    assert {"Medical devices (MDR)", "Data protection (GDPR)"} <= set(table["Rule"])
    assert table["Source"].str.len().min() > 0
    assert table["As of"].str.len().min() > 0
    assert dict(zip(table["Rule"], table["Cost"], strict=True))["Medical devices (MDR)"] == "not known"
    assert "not legal advice" in words(test)
    assert "Not counted, for nobody has given a figure" in words(test)
    assert "May apply: FDA clearance, 510(k) (US)" in words(test)
    sale = next(m.value for m in test.metric if m.label == "Until it may be sold")
    assert sale.replace("\\", "") == "13 months to 24 months"


def test_a_cost_of_ones_own_is_counted_and_taken_back(page: Open) -> None:
    answer(load_settings(), "medical_imaging", "market_eu", "yes")
    test = page("readiness", lang="en", scenario="medical_imaging")
    place = "rule-medical_imaging-eu_mdr"
    test.number_input(key=f"{place}-cost-0").set_value(80_000)
    test.number_input(key=f"{place}-cost-2").set_value(120_000)
    test.button(key=f"{place}-use").click().run()
    assert any("has no source" in e.value for e in test.error)
    test.text_input(key=f"{place}-where").set_value("An offer")
    test.button(key=f"{place}-use").click().run()
    own = entered(load_settings(), "medical_imaging").rules["eu_mdr"]
    assert own.cost is not None
    assert (own.cost.low, own.cost.high, own.cost.source.where) == (80_000, 120_000, "An offer")
    assert "$80,000 to $120,000" in list(test.dataframe[1].value["Cost"])
    test.button(key=f"{place}-back").click().run()
    assert entered(load_settings(), "medical_imaging").rules == {}


def test_a_range_upside_down_is_explained_and_not_kept(page: Open) -> None:
    answer(load_settings(), "medical_imaging", "market_eu", "yes")
    test = page("readiness", lang="en", scenario="medical_imaging")
    place = "rule-medical_imaging-eu_mdr"
    test.number_input(key=f"{place}-cost-0").set_value(5)
    test.number_input(key=f"{place}-cost-2").set_value(1)
    test.text_input(key=f"{place}-where").set_value("An offer")
    test.button(key=f"{place}-use").click().run()
    assert any("give low, likely and high in this order" in e.value for e in test.error)
    assert entered(load_settings(), "medical_imaging").rules == {}


def test_a_risk_is_added_edited_and_deleted(page: Open) -> None:
    test = page("readiness", lang="en")
    assert any("No risk is known yet" in s.value for s in test.subheader)
    new = f"risk-{SCENARIO}-new"
    test.button(key=f"{new}-keep").click().run()
    assert any("has no name" in e.value for e in test.error)
    test.text_input(key=f"{new}-title").set_value("A <b>rival</b> is faster")
    test.select_slider(key=f"{new}-impact").set_value(5)
    test.button(key=f"{new}-keep").click().run()
    (risk,) = entered(load_settings(), SCENARIO).risks
    assert (risk.title, risk.likelihood, risk.impact) == ("A <b>rival</b> is faster", 3, 5)
    assert any("1 risk, 1 of them grave, 1 without an owner" in s.value for s in test.subheader)
    place = f"risk-{SCENARIO}-{risk.id}"
    test.text_input(key=f"{place}-owner").set_value("Ada")
    test.button(key=f"{place}-keep").click().run()
    assert entered(load_settings(), SCENARIO).risks[0].owner == "Ada"
    test.button(key=f"{place}-drop").click().run()
    assert entered(load_settings(), SCENARIO).risks == ()


def test_a_risk_from_evidence_gets_an_owner_and_keeps_its_name(page: Open) -> None:
    test = give(page("readiness", lang="en"), "monitoring", "no")
    assert "Answers get worse and nobody notices" in words(test)
    test.text_input(key=f"risk-{SCENARIO}-drift-owner").set_value("Ada")
    test.button(key=f"risk-{SCENARIO}-drift-keep").click().run()
    assert "owner: Ada" in words(test)
    assert "Answers get worse and nobody notices" in words(test)
    give(test, "monitoring", "yes")
    assert "Answers get worse and nobody notices" not in words(test)


def test_a_spoilt_file_is_a_sentence_on_the_page(page: Open) -> None:
    path = load_settings().workspace.home / "readiness" / f"{SCENARIO}.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"schema_version": 1, "answers": {"pilots": "lots"}}', encoding="utf-8")
    test = page("readiness", lang="en")
    assert any("The answer to pilots is lots" in e.value.replace("\\", "") for e in test.error)


def test_a_data_set_that_is_gone_leaves_its_evidence_unknown(page: Open, finished: Finish) -> None:
    from engine.datasets.store import put_away

    run = finished()
    put_away(load_settings(), run.spec.dataset_id)
    test = page("readiness", lang="en")
    assert "forbids commercial use" not in words(test)
    assert "Better than a simple model" in words(test)


def test_a_rule_with_one_figure_shows_one(page: Open) -> None:
    answer(load_settings(), "medical_imaging", "market_eu", "yes")
    keep_rule(load_settings(), "medical_imaging", "eu_mdr", Own(Span(5, None, 5, "", Source("", "x", "2026"))))
    test = page("readiness", lang="en", scenario="medical_imaging")
    assert "$5.00" in list(test.dataframe[1].value["Cost"])


def test_the_case_that_is_chosen_is_evidence_and_named(page: Open, finished: Finish) -> None:
    finished()
    assert "(case" not in words(page("readiness", lang="en"))
    test = page("readiness", lang="en", case="base")
    shown = words(test).replace("**", "")
    assert "The plan pays for the team: 3 who build and 0 who support are paid by month 12 (case Base)" in shown
    assert "of 12 The plan breaks even: In month" in shown
    assert "Commercialisation: no score" not in shown
    cases.save(load_settings(), preset("bull"), "Ours")
    test = page("readiness", lang="en")
    assert "paid by month 12 (case Ours)" in words(test), "the one that was saved last"
    test.selectbox(key="case").set_value("bear").run()
    assert any("Another business case" in i.value for i in test.info)
    assert "There is no case gone here, or no longer; Ours is used." in words(page("readiness", lang="en", case="gone"))


def test_a_case_that_cannot_be_computed_leaves_its_evidence_unknown(page: Open, finished: Finish) -> None:
    finished()
    nothing = {f"spend.{c}": "0" for c in ("search", "ads", "social")}
    test = page("readiness", lang="en", case="base", **nothing)
    assert any("wins none" in w.value for w in test.warning)
    assert "(case" not in words(test)

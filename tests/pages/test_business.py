"""The Business page without a browser: what it says with a run, with nothing, with a link, and with what cannot be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics import cases
from engine.cli.app import main
from engine.config import load_settings
from engine.economics.business.presets import preset
from engine.jobs.runs import RunFolder
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]
NO_NUMBER = re.compile(r"\b(nan|inf|infinity|none)\b", re.IGNORECASE)


def metric(test: AppTest, label: str) -> str:
    """Return what a figure shows."""
    return str(next(m for m in test.metric if m.label == label).value).replace("\\", "")


def everything(test: AppTest) -> str:
    """Return every word and figure on the page."""
    figures = [str(m.value) for m in test.metric]
    tables = [t.value.to_string() for t in (*test.table, *test.dataframe)]
    return "\n".join([said(test), *figures, *tables]).replace("\\", "")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_an_empty_workspace_says_what_will_be_there(page: Open, language: str) -> None:
    test = page("business", lang=language)
    assert test.title[0].value
    assert not test.metric


def test_a_run_is_planned_for_sixty_months(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en")
    assert "Breaks even in month" in test.header[0].value
    assert metric(test, "Lowest cash").startswith("$")
    assert any("What matters most" in s.value for s in test.subheader)
    assert not test.error
    assert "In 8 of 10 futures" in everything(test)


@pytest.mark.parametrize("closer", ["figures", "needed", "owners", "counted", "cases"])
@pytest.mark.parametrize("case", ["bear", "base", "bull"])
def test_every_closer_look_of_every_preset_draws(page: Open, finished: Finish, closer: str, case: str) -> None:
    finished()
    test = page("business", lang="en", case=case, closer=closer, beside="base")
    assert not test.error
    assert not NO_NUMBER.search(everything(test))


@pytest.mark.parametrize(
    "group", ["basics", "price", "small", "enterprise", "public", "free", "channels", "costs", "cash", "exit"]
)
def test_every_group_of_assumptions_has_its_fields(page: Open, finished: Finish, group: str) -> None:
    finished()
    test = page("business", lang="en", group=group, streams="advertising~subscription~usage", currency="EUR")
    assert not test.error
    assert any(n.key and ":" in n.key for n in test.number_input) == (group != "basics")


@pytest.mark.parametrize("rows", ["hires", "rounds", "credits", "once"])
def test_every_list_draws(page: Open, finished: Finish, rows: str) -> None:
    finished()
    test = page("business", lang="en", list=rows, once="Certificate~3~1000_2000_4000")
    assert not test.error


def test_a_slider_moves_the_plan_and_says_why(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en")
    before = metric(test, "NPV")
    test.slider(key="slide-price.company").set_value(800.0).run()
    assert test.query_params["price.company"] == "533.333333333~800~1200"
    assert metric(test, "NPV") != before
    assert "Subscriptions +" in test.info[0].value
    test.button(key="case-undo").click().run()
    assert metric(test, "NPV") == before
    assert "price.company" not in test.query_params


def test_low_likely_and_high_are_typed_and_what_cannot_be_is_explained(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en", group="small")
    before = metric(test, "NPV")
    test.number_input(key="churn.small:high").set_value(8.0).run()
    assert test.query_params["churn.small"] == "0.03~0.04~0.08"
    test.number_input(key="churn.small:low").set_value(6.0).run()
    assert "give them in rising order" in said(test)
    assert metric(test, "NPV") == before
    test.number_input(key="churn.small:likely").set_value(7.0).run()
    assert "rising order" not in said(test)
    assert metric(test, "NPV") != before


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"price.team": "-5", "group": "price"}, "give 0 to"),
        ({"churn.small": "1.5", "group": "small"}, "give 0 to 1"),
        ({"launch": "61", "group": "costs"}, "give 1 to 60"),
        ({"price.starter": "cheap"}, "cheap is no number"),
        ({"rounds": "A~venture~priced~5~1e6~0.1~0~0;B~venture~priced~5~1e6~0.1~0~0", "list": "rounds"}, "Two priced"),
        ({"hires": "Cook~run~1~99~5~0"}, "the months 1 to 60"),
        ({"start": "soon"}, "like 2027-01"),
        ({"case": "gone"}, "no case gone here"),
    ],
)
def test_what_cannot_be_is_explained_and_the_plan_stands(
    page: Open, finished: Finish, address: dict[str, str], words: str
) -> None:
    finished()
    plain = metric(page("business", lang="en"), "NPV")
    test = page("business", lang="en", **address)
    assert words in said(test).replace("\\", "")
    assert metric(test, "NPV") == plain


@pytest.mark.parametrize(
    "address",
    [
        {"churn.small": "0", "churn.enterprise": "0", "churn.public": "0"},
        {"churn.small": "1", "churn.enterprise": "1", "churn.public": "1"},
        {"price.starter": "0", "price.team": "0", "price.company": "0", "price.usage": "0"},
        {"market.small": "0", "market.enterprise": "0", "market.public": "0", "today.small": "1"},
        {"opening": "0", "rounds": "", "hires": ""},
        {"fixed": "1000000000"},
        {"price.company": "1000000", "spend.growth": "1", "spend.months": "60"},
        {"exit": "1", "rate": "10"},
        {"collect": "365", "settle": "0", "launch": "60"},
    ],
)
def test_extremes_show_figures_or_why_there_are_none(page: Open, finished: Finish, address: dict[str, str]) -> None:
    finished()
    for closer in ("figures", "needed", "owners"):
        test = page("business", lang="en", closer=closer, at="24", **address)
        assert not NO_NUMBER.search(everything(test))
        assert test.header


def test_an_empty_case_says_what_is_missing(page: Open, finished: Finish) -> None:
    finished()
    nothing = {f"spend.{c}": "0" for c in ("search", "ads", "social")}
    test = page("business", lang="en", **nothing)
    assert "wins none" in test.error[0].value
    assert not test.metric


def test_a_shared_link_opens_the_case_with_the_same_figures(page: Open, finished: Finish) -> None:
    finished()
    edits = {"price.company": "500~700~900", "churn.small": "0.02", "rounds": "A~venture~priced~9~1e6~0.1~0~0.05"}
    test = page("business", lang="en", case="bull", **edits)
    link = next(c.value for c in test.code if "business" in c.value or "?" in c.value)
    again = page("business", **dict(parse_qsl(urlsplit(link).query)))
    assert again.query_params["case"] == "bull"
    assert again.header[0].value == test.header[0].value
    assert [m.value for m in again.metric] == [m.value for m in test.metric]


def test_a_case_is_saved_changed_and_shared_without_the_workspace(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en", **{"price.company": "500~700~900"})
    figures = metric(test, "NPV")
    test.text_input(key="case-name-base").set_value("Ours").run()
    test.button(key="case-copy").click().run()
    (kept,) = cases.cases(load_settings()).values()
    assert kept.name == "Ours"
    assert test.query_params["case"] == kept.id
    assert "price.company" not in test.query_params
    assert metric(test, "NPV") == figures
    link = dict(parse_qsl(urlsplit(next(c.value for c in test.code if "?" in c.value)).query))
    assert link["case"] == "base"
    cases.delete(load_settings(), kept.id)
    assert metric(page("business", **link), "NPV") == figures


def test_another_case_is_opened_without_the_changes_of_the_one_before(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en", **{"price.company": "500~700~900"})
    test.session_state["case"] = "bear"
    test.query_params["case"] = "bear"
    test.run()
    assert "price.company" not in test.query_params
    assert metric(test, "NPV") == metric(page("business", lang="en", case="bear"), "NPV")


def test_cases_stand_side_by_side(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en", closer="cases")
    test.multiselect(key="beside").set_value(["bear", "bull"]).run()
    table = test.table[-1].value
    assert list(table.columns) == ["Figure", "Base", "Bear", "Bull"]
    assert len(test.get("download_button")) == 2


def test_what_was_counted_moves_the_plan_from_there(page: Open, finished: Finish) -> None:
    finished()
    cases.keep_actuals(load_settings(), preset("base"), b"month,revenue,cash,customers\n5,100,9000,10\n6,120,8000,12\n")
    test = page("business", lang="en", closer="counted")
    assert "After month 6 the plan goes on from what was counted" in said(test)
    assert "planned" in test.dataframe[-1].value.to_string()
    test.button(key="counted-forget").click().run()
    assert "After month 6" not in said(test)


def test_money_is_shown_in_another_currency_at_a_dated_rate(page: Open, finished: Finish) -> None:
    finished()
    test = page("business", lang="en", shown="CNY")
    assert metric(test, "NPV").startswith("CN¥")
    assert "1 CNY = 0.1503 USD on 2026-10-30" in said(test)


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return (exit status, standard output, standard error) of `python -m engine plan`."""
    capsys.readouterr()
    status = main(["plan", *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_command_says_what_the_page_says(
    page: Open, finished: Finish, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = finished().run_id
    test = page("business", lang="en", at="36", **{"price.company": "500~700~900"})
    out = tmp_path / "plan.xlsx"
    change = ("--set", "price.company=500~700~900")
    status, said_, _ = command(capsys, run, *change, "--futures", "200", "--out", str(out), "--json")
    found = json.loads(said_.splitlines()[-1])
    assert (status, found["futures"]) == (0, 200)
    for key, label in (("npv", "NPV"), ("exit_value", "Value at exit"), ("lowest_cash", "Lowest cash"), ("arr", "ARR")):
        assert metric(test, label) == "$" + format(float(format(found["metrics"][key], ".4g")), ",.0f")
    assert metric(test, "Breaks even") == f"month {found['metrics']['break_even']}"
    assert out.read_bytes().startswith(b"PK")
    assert "Breaks even" in command(capsys, run, "--case", "bull", "--futures", "50")[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--case", "gone"), "There is no case gone"),
        (("--set", "price.gold=1"), "price.gold=1 changes nothing of a case"),
        (("--set", "churn.small=2"), "give 0 to 1"),
        (("--month", "61"), "There is no month 61"),
        (("--futures", "0"), "choose 1 to 100000"),
        (("--out", "plan.pdf"), "neither .csv nor .xlsx"),
    ],
)
def test_the_command_refuses_in_one_sentence(
    finished: Finish, capsys: pytest.CaptureFixture[str], arguments: tuple[str, str], words: str
) -> None:
    status, _, err = command(capsys, finished().run_id, *arguments)
    assert (status, len(err.splitlines())) == (2, 1)
    assert words in err

"""Decide over several business cases: does the answer change with the case, and what each of them makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics import cases
from engine.analytics.decision_log import decisions
from engine.cli.app import main
from engine.config import load_settings
from engine.economics.business.presets import preset
from engine.economics.business.spread import certain
from engine.jobs.runs import RunFolder
from tests.pages.test_decide_report import READERS, plain
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


def side_by_side(test: AppTest) -> pd.DataFrame:
    """Return the table that has a row a case."""
    return next(d.value for d in test.dataframe if {"Case", "Place"} <= {*d.value})


def test_each_case_has_its_own_load_and_plan_and_the_page_says_whether_the_answer_changes(
    page: Open, finished: Finish
) -> None:
    finished("probe", right=0.9)
    alone = {name: page("decide", lang="en", sold="0", case=name) for name in ("base", "bear")}
    test = page("decide", lang="en", sold="0", case="base", cases="bear,gone,base")
    words = said(test).replace("\\", "")
    assert "The answer is the same in all 2 cases." in words
    assert "The recommendation rests on the case Base, in month 36" in words
    assert "In the case Bear the choice is the same; it does not break even in 60 months" in words
    assert "There is no case gone here" in words
    assert any("No limit set here rests on the case" in i.value for i in test.info)
    table = side_by_side(test).set_index("Case")
    for name, one in alone.items():
        figures = {m.label: str(m.value).replace("\\", "") for m in one.metric}
        row = table.loc[name.title()]
        for quantity in ("Cost a month, all in", "Break-even", "Months of cash", "Gross margin"):
            assert row[quantity] == figures[quantity], (name, quantity)
        assert f"{row['Predictions a month']} predictions in month 36" in said(one).replace("\\", "")
    assert not any({"Case"} <= {*d.value} for d in alone["base"].dataframe)
    test.segmented_control(key="in").set_value("bear").run()
    assert test.query_params["in"] == "bear"
    assert {*test.dataframe[-1].value["Case"]} == {"Bear"}


def test_the_answer_changes_with_the_case_and_the_report_of_its_log_says_what_the_page_said(
    page: Open, finished: Finish, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    poor = cases.save(load_settings(), preset("base").with_spread("fixed", certain(500_000)), "Poor").id
    test = page("decide", lang="en", sold="0", case="base", cases=f"{poor},bull", lcash="40")
    words = said(test).replace("\\", "")
    assert "The answer changes with the case: 2 of 3 cases choose this run." in words
    assert "In the case Poor no option holds the limits; the nearest is" in words
    assert "In the case Poor the option recommended here is out: Months of cash is" in words
    headline, table = test.header[0].value.replace("\\", ""), side_by_side(test)
    next(b for b in test.button if b.label == "Record this decision").click().run()
    (logged,) = decisions(load_settings())
    assert str(logged.cases[0]) == "The answer changes with the case: 2 of 3 cases choose this run."
    assert "In the case Poor no option holds the limits" in said(test).replace("\\", "").rpartition("Decisions")[2]
    cases.delete(load_settings(), poor)
    out = tmp_path / "report.html"
    capsys.readouterr()
    assert main(["report", "--out", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["headline"] == headline
    assert result["cases"] == [str(line) for line in logged.cases]
    text = plain(READERS[".html"](out.read_bytes()))
    assert [cell for row in table.to_numpy() for cell in row if plain(cell) not in text] == []
    for held in ("The options in the case Poor", "What the cases assume differently", *result["cases"]):
        assert plain(held) in text, held

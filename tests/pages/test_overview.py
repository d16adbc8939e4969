"""The overview: each scenario's verdict is that of the Decide page, each case's figures those of the Business page."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import wait

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.cases import save
from engine.analytics.readiness_store import answer
from engine.analytics.visits import note_visit
from engine.config import load_settings
from engine.economics.business.presets import preset
from engine.jobs.runs import RunFolder
from pages.shared import later
from tests.pages import test_pages

Open = Callable[..., AppTest]
Finish = Callable[..., RunFolder]


def said(test: AppTest) -> str:
    """Return everything the page says in words, as it is read."""
    return test_pages.said(test).replace("\\", "")


@pytest.fixture
def overview(page: Open) -> Open:
    """Return a function that opens the overview and waits for what is worked out beside it."""

    def look(**parameters: str) -> AppTest:
        test = page(**{"lang": "en", **parameters})
        for _ in range(2):  # what the cases come to is asked once it is known with which run
            wait(later.pending())
            test.run()
        assert "being worked out" not in said(test)
        return test

    return look


def links(test: AppTest) -> list[str]:
    return [f"{one.proto.page}?{one.proto.query_string}" for one in test.get("page_link")]


def test_the_verdict_is_that_of_the_decide_page(overview: Open, page: Open, finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    text = said(overview())
    headline = page("decide", lang="en", scenario="finance_sentiment").header[0].value.replace("\\", "")
    assert headline.startswith("Quality is shown with ")
    option, cost = (
        headline.split("with ")[1].replace("\\", "").split(":")[0],
        headline.replace("\\", "").rsplit("costs ", 1)[1].rstrip("."),
    )
    assert f"after training on licensed data, at {cost}." in text
    assert f"with {option}" in text
    assert "Needs licensed data" in text
    assert "Ahead of the simple recipes" in text


def test_what_misses_a_limit_says_which_and_what_is_not_measured_says_so(overview: Open, finished: Finish) -> None:
    assert "Not decided: nothing is measured yet." in said(overview())
    run = finished("probe")
    report = run.attempts()[-1].report_file
    report.write_text(report.read_text().replace('"p95": 2.6', '"p95": 900.0'))
    text = said(overview())
    assert "Misses a limit" in text
    assert "Latency p95 is 900 ms" in text


def test_a_saved_case_says_what_the_business_page_does(overview: Open, page: Open, finished: Finish) -> None:
    run = finished("probe", right=0.9)
    assert any("business" in link and run.run_id in link for link in links(overview()))
    case = save(load_settings(), preset("bear"), "Slow start")
    shown = {m.label: m.value for m in overview().metric}
    assert any(f"case={case.id}" in link for link in links(overview()))
    plan = {m.label: m.value for m in page("business", lang="en", scenario="finance_sentiment", case=case.id).metric}
    assert shown["Out of cash"] == plan["Out of cash"]
    assert "month" in shown["Out of cash"]
    assert shown["Odds of running out"].endswith("%")


def test_readiness_stands_on_the_card_once_a_question_is_answered(overview: Open, finished: Finish) -> None:
    finished("probe")
    assert "of 100, " not in said(overview())
    answer(load_settings(), "finance_sentiment", "market_eu", "yes")
    assert any("readiness" in link for link in links(overview()))


def test_what_happened_since_the_last_visit_is_marked_as_new(overview: Open, finished: Finish) -> None:
    settings = load_settings()
    note_visit(settings, "2026-01-01T10:00:00Z")
    note_visit(settings, "2026-01-01T12:00:00Z")
    assert note_visit(settings, "2026-01-01T12:10:00Z") == "2026-01-01T10:00:00Z"
    finished("probe")
    text = said(overview())
    assert "1 change since the last visit" in text
    assert ":blue-badge[new]" in text

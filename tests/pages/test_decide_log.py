"""A decision recorded on Decide: the report made of its log says what the page said, whatever has changed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine.analytics.asked import UNSAID
from engine.analytics.decision_log import decisions
from engine.analytics.own_facts import OwnFact, enter, take_back
from engine.cli.app import main
from engine.config import load_settings
from engine.jobs.runs import RunFolder
from tests.pages.test_decide_report import READERS, plain

CHOSEN = {
    "country": "GB", "level": "SE", "build": "35", "buy": "0", "hiring": "1", "text": "33", "prompt": "12",
    "answer": "2", "answers": "2", "review": "40", "look": "1.5", "labels": "700", "day": "flat", "retrain": "3",
    "tries": "9", "failed": "25", "headroom": "80", "fewest": "3", "scaled": "0", "n": "2345678", "budget": "90000",
    "case": "bull", "machines": "aws/us-east-1/m7i.large",
}  # fmt: skip
"""Nothing as usual."""


def report(home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, dict[str, Any]]:
    """Return the text of the web page that `engine report` makes of the newest decision, and what it printed."""
    out = home / "report.html"
    capsys.readouterr()
    assert main(["report", "--out", str(out), "--json"]) == 0
    return plain(READERS[".html"](out.read_bytes())), json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_report_of_a_logged_decision_says_what_the_page_said(
    page: Callable[..., AppTest], finished: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    settings = load_settings()
    mine = (OwnFact("instance", settings.instance, (0.45,), "An offer", "2026-11-01"),
            OwnFact("instance", CHOSEN["machines"], (0.09,), "An offer", "2026-11-01"),
            OwnFact("salary", "Machine Learning Engineer/GB/SE", (123_456.0,), "Our contract", "2026-11-01"),
            OwnFact("employer", "GB", (1.21,), "Our payroll", "2026-11-01"),
            OwnFact("label", "text_classification", (0.31,), "Our labellers", "2026-11-01"))  # fmt: skip
    for fact in mine:
        enter(settings, fact)
    test = page("decide", lang="en", sold="0", **CHOSEN)
    figures = {f.label: str(f.value).replace("\\", "") for f in test.metric}
    headline = test.header[0].value.replace("\\", "")
    next(b for b in test.button if b.label == "Record this decision").click().run()
    for fact in mine:
        take_back(settings, fact.what, fact.id)
    finished("fast", right=0.99)
    text, result = report(tmp_path, capsys)
    assert result["headline"] == headline
    assert "Runs finished since this was decided, which are no options here: 1." in result["notes"]
    assert [f for f in figures.items() if plain(f[1]) not in text] == []
    assert {"Cost a month, all in", "Break-even", "People, building, in the first year"} <= figures.keys()
    for held in ("$0.45 an hour", "An offer", "Our contract", "Our payroll", "Our labellers"):
        assert plain(held) in text, held


def test_the_report_of_an_older_decision_says_what_was_not_kept(
    page: Callable[..., AppTest], finished: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0")
    next(b for b in test.button if b.label == "Record this decision").click().run()
    settings = load_settings()
    (logged,) = decisions(settings)
    path = settings.workspace.decisions / f"{logged.id}.json"
    pricing = logged.asked["pricing"]
    older = {
        **logged.asked["limits"], "weights": logged.asked["weights"], "test_id": logged.asked["test_id"],
        "instance": settings.instance, "region": pricing["region"]["id"], "utilisation": 0.3, "spot": False,
        "predictions_month": 1e6, "p95_ms": 200.0,
    }  # fmt: skip
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"schema_version": 1, "asked": older}))
    text, result = report(tmp_path, capsys)
    assert str(UNSAID) in result["notes"]
    assert plain(str(UNSAID)) in text

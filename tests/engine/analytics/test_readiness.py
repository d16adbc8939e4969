"""What is kept of readiness, and the facts that runs and data cards give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine.analytics.readiness import data_facts, rules_of, run_facts
from engine.analytics.readiness_store import answer, drop_risk, entered, keep_risk, keep_rule, new_risk_id
from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.texts.options import TextCard, TextOptions
from engine.economics.figure import Source
from engine.economics.readiness.risks import Risk
from engine.economics.readiness.rules import Own
from engine.economics.regulations import Span
from engine.errors import BadInput, NotFound
from engine.messages import Message

OFFER = Source("", "An offer", "2026-11-01")
QUALITY = "macro_f1"


def test_nothing_is_entered_in_an_empty_workspace(settings: Settings) -> None:
    found = entered(settings, "finance_sentiment")
    assert (dict(found.answers), found.risks, dict(found.rules), found.changed_at) == ({}, (), {}, "")


def test_answers_are_kept_by_scenario_and_taken_back(settings: Settings) -> None:
    answer(settings, "finance_sentiment", "pilots", "free")
    answer(settings, "finance_sentiment", "engineers", "two")
    answer(settings, "recommendation", "pilots", "paid")
    assert entered(settings, "finance_sentiment").answers == {"pilots": "free", "engineers": "two"}
    answer(settings, "finance_sentiment", "pilots", None)
    assert entered(settings, "finance_sentiment").answers == {"engineers": "two"}
    assert entered(settings, "recommendation").answers == {"pilots": "paid"}
    assert entered(settings, "recommendation").changed_at.endswith("Z")


def test_risks_are_kept_changed_and_deleted(settings: Settings) -> None:
    mine = Risk(new_risk_id(), "The founder leaves", 2, 5, "Ada", plan="A second founder")
    keep_risk(settings, "finance_sentiment", mine)
    assert entered(settings, "finance_sentiment").risks == (mine,)
    keep_risk(settings, "finance_sentiment", Risk(mine.id, "The founder leaves", 1, 5))
    assert [r.likelihood for r in entered(settings, "finance_sentiment").risks] == [1]
    drop_risk(settings, "finance_sentiment", mine.id)
    assert entered(settings, "finance_sentiment").risks == ()


def test_what_a_rule_costs_comes_back_as_it_was_entered(settings: Settings) -> None:
    own = Own(cost=Span(10, None, 30, "", OFFER), months=Span(1, 2, 3, "", OFFER))
    keep_rule(settings, "medical_imaging", "eu_mdr", own)
    assert entered(settings, "medical_imaging").rules == {"eu_mdr": own}
    answer(settings, "medical_imaging", "market_eu", "yes")
    found = rules_of(settings, "medical_imaging")
    assert next(m.own for m in found.applying if m.rule.id == "eu_mdr")
    keep_rule(settings, "medical_imaging", "eu_mdr", None)
    assert entered(settings, "medical_imaging").rules == {}


def test_what_cannot_be_kept_is_refused_and_changes_nothing(settings: Settings) -> None:
    answer(settings, "finance_sentiment", "pilots", "free")
    with pytest.raises(BadInput, match="The answer to pilots is lots"):
        answer(settings, "finance_sentiment", "pilots", "lots")
    with pytest.raises(BadInput, match="There is no question age"):
        answer(settings, "finance_sentiment", "age", "yes")
    with pytest.raises(NotFound, match="There is no rule eu_cookies"):
        keep_rule(settings, "finance_sentiment", "eu_cookies", Own())
    with pytest.raises(BadInput, match="There is no scenario"):
        answer(settings, "../elsewhere", "pilots", "free")
    assert entered(settings, "finance_sentiment").answers == {"pilots": "free"}


WHOLE: dict[str, Any] = {"schema_version": 1, "answers": {}, "risks": [], "rules": {}, "changed_at": ""}
RISK = {"id": "x", "title": "Fire", "likelihood": 1, "impact": 1, "owner": "", "plan": ""}


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("{", "is damaged"),
        (json.dumps(WHOLE | {"schema_version": 2}), "schema version 2"),
        (json.dumps(WHOLE | {"answers": {"pilots": "lots"}}), "The answer to pilots is lots"),
        (json.dumps(WHOLE | {"answers": {"pilots": ["free"]}}), "cannot be"),
        (json.dumps(WHOLE | {"answers": 3}), "cannot be"),
        (json.dumps(WHOLE | {"risks": [RISK | {"impact": 9}]}), "The impact is 9"),
        (json.dumps(WHOLE | {"risks": [RISK | {"impact": "high"}]}), "The impact is high"),
        (json.dumps(WHOLE | {"risks": [{"id": "x"}]}), "cannot be"),
        (json.dumps(WHOLE | {"rules": {"eu_cookies": {"cost": None, "months": None}}}), "no rule eu_cookies"),
        (json.dumps({"schema_version": 1}), "cannot be"),
    ],
)
def test_a_spoilt_file_is_one_sentence(settings: Settings, text: str, explained: str) -> None:
    path = settings.workspace.home / "readiness" / "finance_sentiment.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=explained):
        entered(settings, "finance_sentiment")


def row(run_id: str, recipe: str, value: float, kwh: float | None, **more: Any) -> dict[str, Any]:
    ends = {QUALITY: value, f"{QUALITY}_low": value - 0.02, f"{QUALITY}_high": value + 0.02}
    return (
        {"run_id": run_id, "recipe": recipe, "test_id": "t", "test_rows": 100, "p95_ms": 3.0, "kwh": kwh} | ends | more
    )


def test_a_run_is_set_beside_the_simple_runs_of_its_test_part() -> None:
    runs = [
        row("a", "baseline", 0.7, 0.001), row("b", "full", 0.9, 0.1), row("c", "baseline", 0.95, 0.1, test_id="other"),
        row("d", "probe", 0.89, 0.04),
    ]  # fmt: skip
    table = pd.DataFrame(runs)
    found = run_facts(
        runs[1], table, QUALITY, {"fp32_max_difference": 1e-5, "int8_accepted": True, "int8_agreement": 1}
    )
    assert found is not None
    assert found.baseline is not None
    assert found.baseline.value == 0.7
    assert found.cheaper_equal is True, "the probe reaches the interval for less than half the energy"
    assert found.exact == 1.0
    cheap = run_facts(runs[3], table, QUALITY, {"fp32_max_difference": 1e-5, "int8_agreement": 0.9})
    assert cheap is not None
    assert (cheap.cheaper_equal, cheap.exact) == (False, 0.5)


def test_what_was_not_measured_stays_unknown() -> None:
    alone = row("a", "baseline", 0.7, None, p95_ms=float("nan"))
    found = run_facts(alone, pd.DataFrame([alone]), QUALITY, {})
    assert found is not None
    assert (found.baseline, found.p95_ms, found.exact, found.energy_kwh, found.cheaper_equal) == (None,) * 5
    assert run_facts(alone | {QUALITY: None}, pd.DataFrame([alone]), QUALITY, {}) is None


def test_of_simple_recipes_only_the_simpler_ones_are_the_bar() -> None:
    runs = [row("a", "popularity", 0.2, 0.1), row("b", "item_item", 0.4, 0.1)]
    popular, items = (run_facts(r, pd.DataFrame(runs), QUALITY, {}) for r in runs)
    assert popular is not None
    assert items is not None
    assert items.baseline is not None
    assert items.baseline.value == 0.2
    assert popular.baseline is None


def made(card: TextCard, **options: Any) -> Any:
    dataset = Dataset("1", Path(), "News", "text_classification", "2", TextOptions("News", **options), (), "3", "")
    return data_facts(dataset, card)


def test_a_data_card_says_what_was_found_and_what_was_done_about_it() -> None:
    found = (
        Problem("warn", "personal_email", Message("x"), count=3),
        Problem("warn", "duplicates", Message("x"), count=20),
    )
    card = TextCard(rows_read=220, rows_used=200, problems=found, licence="MIT", commercial_use=True)
    facts = made(card)
    assert (facts.personal, facts.masked, facts.repeated, facts.commercial_use) == (True, False, 0.1, True)
    clean = TextCard(rows_read=220, rows_used=200, problems=found[1:], steps=({"step": "drop_duplicates"},))
    facts = made(clean, masks=("email",))
    assert (facts.personal, facts.masked, facts.repeated, facts.commercial_use) == (False, True, 0.0, None)

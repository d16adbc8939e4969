"""Cases in the workspace: kept, copied, renamed, deleted, and what is wrong with a file said in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.analytics import cases
from engine.config import load_settings
from engine.economics.business.link import written
from engine.economics.business.presets import preset
from engine.economics.business.spread import Spread
from engine.errors import BadInput, NotFound
from tests.engine.economics.business.made import random_case


@pytest.mark.parametrize("seed", range(5))
def test_a_case_comes_back_as_it_was_kept(workspace: Path, seed: int) -> None:
    settings = load_settings()
    kept = cases.save(settings, random_case(seed), "  My   plan ")
    assert kept.name == "My plan"
    found = cases.case(settings, kept.id)
    assert (found.name, found.base, written(found)) == ("My plan", "base", written(kept))
    assert list(cases.cases(settings)) == [kept.id]


def test_a_case_is_changed_renamed_copied_and_deleted(workspace: Path) -> None:
    settings = load_settings()
    first = cases.save(settings, preset("bull"), "One")
    changed = first.with_spread("price.team", Spread(1, 2, 3))
    again = cases.save(settings, changed, "Uno", case_id=first.id)
    copy = cases.save(settings, again, "Two")
    assert [c.name for c in cases.cases(settings).values()] == ["Uno", "Two"]
    assert cases.case(settings, copy.id).spreads["price.team"] == Spread(1, 2, 3)
    cases.keep_actuals(settings, copy, b"month,cash\n1,5\n")
    cases.delete(settings, copy.id)
    assert list(cases.cases(settings)) == [first.id]
    assert not list((workspace / "cases").glob("*.csv"))
    with pytest.raises(NotFound, match="There is no case"):
        cases.case(settings, copy.id)


def test_a_name_is_short_and_taken_once(workspace: Path) -> None:
    settings = load_settings()
    cases.save(settings, preset("base"), "Plan")
    with pytest.raises(BadInput, match="already a case plan"):
        cases.save(settings, preset("base"), "plan")
    for name in ("", "  ", "x" * 61):
        with pytest.raises(BadInput, match="give 1 to 60"):
            cases.save(settings, preset("base"), name)


@pytest.mark.parametrize("case_id", ["../x", "a/b", "", "..", "x" * 50, "base.json"])
def test_an_id_is_never_a_path(workspace: Path, case_id: str) -> None:
    with pytest.raises(NotFound):
        cases.case(load_settings(), case_id)
    with pytest.raises(NotFound):
        cases.delete(load_settings(), case_id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"assumes": {"price.team": "cheap"}}, "cheap is no number"),
        ({"assumes": None}, "is no case"),
        ({"schema_version": 9}, "schema version 9"),
    ],
)
def test_a_spoilt_file_is_said_to_be_and_the_others_stay(
    workspace: Path, change: dict[str, object], words: str
) -> None:
    settings = load_settings()
    good, bad = (cases.save(settings, preset("base"), name) for name in ("Good", "Bad"))
    path = workspace / "cases" / f"{bad.id}.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), encoding="utf-8")
    assert list(cases.cases(settings)) == [good.id]
    (error,) = cases.broken(settings)
    assert words in str(error)
    with pytest.raises(BadInput):
        cases.case(settings, bad.id)


def test_what_was_counted_stands_beside_its_case(workspace: Path) -> None:
    settings, base = load_settings(), preset("base")
    assert cases.actuals(settings, base) is None
    cases.keep_actuals(settings, base, b"month,cash\n2027-03,5\n")
    found = cases.actuals(settings, base)
    assert found is not None
    assert found.months == {3: {"cash": 5.0}}
    with pytest.raises(BadInput, match="not planned"):
        cases.keep_actuals(settings, base, b"month,cash\n99,5\n")
    with pytest.raises(BadInput, match="not planned"):
        cases.actuals(settings, replace(base, start="2028-01"))
    cases.forget_actuals(settings, "base")
    assert cases.actuals(settings, base) is None


def test_a_case_is_found_by_its_name_and_the_last_one_saved_is_known(workspace: Path) -> None:
    settings = load_settings()
    assert cases.latest(settings) is None
    first = cases.save(settings, preset("bear"), "Ours")
    second = cases.save(settings, preset("bull"), "Theirs")
    assert getattr(cases.latest(settings), "id", None) == second.id
    cases.save(settings, first, "Ours again", case_id=first.id)
    assert getattr(cases.latest(settings), "id", None) == first.id
    assert cases.named(settings, "theirs").id == second.id
    assert cases.named(settings, "bull").id == "bull"
    with pytest.raises(NotFound, match="no case gone"):
        cases.named(settings, "gone")

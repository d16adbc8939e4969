"""What cannot be is refused in one sentence that names the field; links and files say what they mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.economics.business import metrics, model
from engine.economics.business.assumptions import ASSUMPTIONS, CHANNELS, STREAMS
from engine.economics.business.case import Case, Credit, Hire, Once, Round
from engine.economics.business.link import changed, changes, read_case, read_spread, written
from engine.economics.business.model import Outcome
from engine.economics.business.presets import PRESETS, preset
from engine.economics.business.sampling import points
from engine.economics.business.serving import Serving, flat
from engine.economics.business.spread import Spread, certain
from engine.errors import BadInput, BreakevenError
from tests.engine.economics.business.made import random_case

BASE = preset("base")


def with_one(key: str, *ends: float) -> Case:
    return BASE.with_spread(key, Spread(*ends) if len(ends) == 3 else certain(ends[0]))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: with_one("price.team", -5), "-5.0; give 0 to"),
        (lambda: with_one("churn.small", 1.2), "1.2; give 0 to 1"),
        (lambda: with_one("lead.search", 0), "0.01 to"),
        (lambda: with_one("market.small", 1e30), "1e+30; give 0 to"),
        (lambda: with_one("launch", 61), "61.0; give 1 to 60"),
        (lambda: with_one("launch", 2.5), "whole number of months"),
        (lambda: with_one("launch", 1, 2, 3), "one number, not a range"),
        (lambda: with_one("mix.small.starter", 0.5), "add up to 0.8; they must add up to 1"),
        (lambda: Spread(3, 2, 1), "rising order"),
        (lambda: Spread(0, float("nan"), 1), "nan is no number"),
        (lambda: Hire("Cook", "kitchen", 1, 1, 1000), "choose one of build, sell, serve, run"),
        (lambda: Hire("Cook", "run", 1, 61, 1000), "the months 1 to 60"),
        (lambda: Hire("Cook", "run", -1, 1, 1000), "give 0 to"),
        (lambda: Round("A", "venture", "priced", 0, 1e6, 0.2), "the months 1 to 60"),
        (lambda: Round("A", "venture", "priced", 5, 1e6, 0.0), "give the dilution"),
        (lambda: Round("A", "venture", "priced", 5, 1e6, 0.6, pool=0.5), "take the whole firm"),
        (lambda: Round("A", "grant", "priced", 5, 1e6, 0.2), "mixes a grant with shares"),
        (lambda: Round("A", "grant", "grant", 5, 1e6, 0.2), "buys no shares"),
        (lambda: Credit("C", 100, 9, 8), "give 9 to"),
        (lambda: Once("O", 3, certain(-1)), "give 0 to"),
        (lambda: replace(BASE, streams=frozenset()), "earns nothing"),
        (lambda: replace(BASE, streams=frozenset({"barter"})), "barter; choose one of"),
        (lambda: replace(BASE, currency="DEM"), "DEM; choose one of USD, EUR, CNY"),
        (lambda: replace(BASE, start="2027-13"), "like 2027-01"),
        (lambda: replace(BASE, spreads={"price.gold": certain(1)}), "no assumption price.gold"),
        (lambda: replace(BASE, hires=BASE.hires * 20), "at most 24"),
        (lambda: Serving((0, 0), (1, 1)), "no line"),
        (lambda: Serving((0, float("inf")), (1, 1)), "no line"),
        (lambda: flat(-1), "no line"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make: Callable[[], object], words: str) -> None:
    with pytest.raises(BadInput) as caught:
        make()
    assert words in str(caught.value)


def test_two_priced_rounds_in_one_month_are_refused_and_other_rounds_are_not() -> None:
    one = Round("A", "venture", "priced", 13, 1e6, 0.1)
    with pytest.raises(BadInput, match="Two priced rounds fall into month 13"):
        replace(BASE, rounds=(one, replace(one, name="B")))
    both = (one, Round("State", "grant", "grant", 13, 5e4), Round("Angels", "angel", "safe", 13, 1e5, 0.05))
    assert len(replace(BASE, rounds=both).rounds) == 3


def test_an_empty_case_says_what_is_missing() -> None:
    nothing = replace(BASE, spreads={**BASE.spreads, **{f"spend.{c}": certain(0) for c in CHANNELS}})
    with pytest.raises(BadInput, match="no customers and wins none"):
        model.run(nothing, flat(0.01))


@pytest.mark.parametrize("end", ["least", "most"])
def test_absurd_values_end_in_a_sentence_or_in_finite_figures(end: str) -> None:
    """Every assumption at once at the end of what it may be, in all three streams."""
    ends = {k: getattr(a, end) for k, a in ASSUMPTIONS.items() if a.uncertain}
    spreads = {k: certain(ends[k]) if k in ends else s for k, s in BASE.spreads.items()}
    case = replace(BASE, spreads=spreads, streams=frozenset(STREAMS), currency="CNY")
    outcomes: list[Outcome] = []
    sentences: list[str] = []
    try:
        outcomes.append(model.run(case, flat(1e6)))
    except BreakevenError as error:
        sentences.append(str(error))
    assert len(outcomes) + len(sentences) == 1
    for outcome in outcomes:
        assert np.isfinite(outcome.ledger.cash).all()
        assert all(m.value is None or np.isfinite(m.value) for m in metrics.measure(outcome, 36).values())


def test_more_dimensions_than_there_are_numbers_for_are_refused() -> None:
    with pytest.raises(BadInput, match="81 assumptions are uncertain at once and at most 80 can be"):
        points(8, 81)


@pytest.mark.parametrize("seed", range(25))
def test_a_link_carries_a_case_whole(seed: int) -> None:
    case = random_case(seed)
    for name in PRESETS:
        found, problems = changed(preset(name), changes(case, preset(name)))
        assert not problems
        assert written(found) == written(case)
    again = read_case(written(case), BASE)
    assert written(again) == written(case)
    cash = model.run(case, flat(0.01)).ledger.cash
    assert np.allclose(model.run(again, flat(0.01)).ledger.cash, cash, rtol=1e-9, atol=1e-9 * abs(cash).max())


def test_a_link_says_only_what_differs() -> None:
    assert changes(BASE, BASE) == {}
    assert changes(with_one("price.team", 80, 90, 120), BASE) == {"price.team": "80~90~120"}


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("price.team", "cheap", "cheap is no number"),
        ("price.team", "1~2", "write one number, or low~likely~high"),
        ("price.team", "3~2~1", "rising order"),
        ("churn.small", "nan", "nan is no number"),
        ("churn.small", "inf", "inf is no number"),
        ("mix.small.team", "0.9", "add up to"),
        ("hires", "Cook~run~1", "it needs 6 fields"),
        ("hires", "Cook~run~1~99~5~0", "the months 1 to 60"),
        ("hires", "Cook~run~1~2.5~5~0", "give a whole number"),
        ("rounds", "A~venture~priced~5~1~0.2~0~0;B~venture~priced~5~1~0.2~0~0", "Two priced rounds"),
        ("streams", "", "earns nothing"),
        ("currency", "XXX", "choose one of"),
        ("start", "soon", "like 2027-01"),
    ],
)
def test_a_broken_part_of_a_link_is_explained_and_the_rest_holds(key: str, text: str, words: str) -> None:
    found, problems = changed(BASE, {key: text, "price.starter": "35", "lang": "en"})
    assert [words in str(m) for m in problems.values()] == [True]
    assert found == with_one("price.starter", 35)


def test_names_in_a_list_cannot_break_the_link() -> None:
    case = replace(BASE, hires=(Hire("A~B;C", "run", 1, 1, 5),))
    found, problems = changed(BASE, changes(case, BASE))
    assert not problems
    assert found.hires[0].role == "A B C"


def test_a_spread_reads_as_it_is_written() -> None:
    assert read_spread("1~2~3") == Spread(1, 2, 3)
    assert read_spread("7") == certain(7)

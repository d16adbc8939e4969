"""The decision: limits before everything, TOPSIS against another library, shares that add up, changes that change."""

from __future__ import annotations

import importlib
import math
from dataclasses import replace

import numpy as np
import pytest

from engine.economics.decision.change import Change
from engine.economics.decision.decide import Decision, decide, first
from engine.economics.decision.limits import breaches
from engine.economics.decision.option import LICENCE, Criterion, Limits, Measure, Option, directions, matrix
from engine.economics.decision.stability import over_weightings
from engine.economics.decision.topsis import closeness, wins
from engine.errors import BadInput
from engine.messages import Message

CRITERIA = (
    Criterion("quality", Message("Quality"), True, "share"),
    Criterion("cost", Message("Cost"), False, "USD per 1,000", shared=True),
    Criterion("latency", Message("Latency"), False, "ms"),
)
EVEN = {"quality": 1.0, "cost": 1.0, "latency": 1.0}


def option(name: str, quality: float, cost: float, latency: float, spread: float = 0.0, **more: object) -> Option:
    ends = {"quality": quality, "cost": cost, "latency": latency}
    measures = {k: Measure(v, v * (1 - spread), v * (1 + spread)) for k, v in ends.items()}
    return replace(Option(name, Message(name), measures), **more)  # type: ignore[arg-type]


GOOD, CHEAP, FAST = option("good", 0.9, 0.02, 8), option("cheap", 0.8, 0.004, 6), option("fast", 0.7, 0.006, 2)
POOR = option("poor", 0.69, 0.03, 9)


@pytest.mark.filterwarnings("ignore:Alternatives with indices")  # its advice, not a difference
@pytest.mark.parametrize("seed", range(40))
def test_topsis_agrees_with_pymcdm(seed: int) -> None:
    methods, normalizations = (importlib.import_module(f"pymcdm.{n}") for n in ("methods", "normalizations"))

    random = np.random.default_rng(seed)
    values = random.uniform(0.01, 10, (random.integers(2, 12), random.integers(1, 6)))
    weights = random.dirichlet(np.ones(values.shape[1]))
    maximise = [random.random() < 0.5 for _ in range(values.shape[1])]
    theirs = methods.TOPSIS(normalizations.vector_normalization)(values, weights, np.where(maximise, 1, -1))
    np.testing.assert_allclose(closeness(values, weights, maximise), theirs, atol=1e-12)


def test_many_weightings_at_once_score_as_one_by_one() -> None:
    values = matrix([GOOD, CHEAP, FAST], CRITERIA)
    weights = np.random.default_rng(1).dirichlet(np.ones(3), 50)
    together = closeness(values, weights, directions(CRITERIA))
    for row, one in zip(together, weights, strict=True):
        np.testing.assert_allclose(row, closeness(values, one, directions(CRITERIA)), atol=1e-12)


def test_equals_share_a_win_and_score_the_middle() -> None:
    values = matrix([GOOD, GOOD], CRITERIA)
    assert over_weightings(values, directions(CRITERIA)).tolist() == [0.5, 0.5]
    assert closeness(values, np.full(3, 1 / 3), directions(CRITERIA)).tolist() == [0.5, 0.5]
    assert wins(np.array([-1.0, -1.0])).tolist() == [0.0, 0.0]


def random_case(seed: int) -> tuple[list[Option], Limits, dict[str, float]]:
    random = np.random.default_rng(seed)
    options = []
    for i in range(random.integers(1, 9)):
        made = option(
            str(i), random.uniform(0.4, 1), random.uniform(0.001, 0.1), random.uniform(1, 50), random.uniform(0, 0.3),
            sellable=random.choice(np.array([True, True, False, None], dtype=object)), synthetic=random.random() < 0.2,
        )  # fmt: skip
        if random.random() < 0.2:
            made = replace(made, measures={k: v for k, v in made.measures.items() if k != "latency"})
        options.append(made)
    bounds = {"quality": random.uniform(0.4, 0.9), "cost": random.uniform(0.02, 0.1), "latency": random.uniform(5, 50)}
    kept = {k: float(v) for k, v in bounds.items() if random.random() < 0.6}
    weights = dict(zip(EVEN, random.dirichlet(np.ones(3)), strict=True))
    return options, Limits(kept, sellable=bool(random.random() < 0.7)), weights


@pytest.mark.parametrize("seed", range(120))
def test_nothing_is_recommended_that_breaks_a_limit_and_shares_add_up(seed: int) -> None:
    options, limits, weights = random_case(seed)
    found = decide(options, CRITERIA, limits, weights)
    assert {r.option.id for r in found.ranked} | {e.option.id for e in found.excluded} == {o.id for o in options}
    if found.recommended is not None:
        assert not breaches(found.recommended, CRITERIA, limits)
        assert not found.recommended.synthetic
        for name, bound in limits.bounds.items():
            value = found.recommended.measures[name].value
            assert value >= bound if name == "quality" else value <= bound
    if found.ranked:
        assert math.isclose(sum(r.by_weightings for r in found.ranked), 1, abs_tol=1e-9)
        assert math.isclose(sum(r.by_measurements for r in found.ranked) + found.nobody, 1, abs_tol=1e-9)
        assert found.ranked[0].on_front
        assert all(0 <= r.holding <= 1 for r in found.ranked)
    else:
        assert found.verdict == "none"
        assert found.nearest is not None
        assert found.nearest.breaches


def test_the_front_leaves_out_what_another_beats_in_everything() -> None:
    found = decide([GOOD, CHEAP, FAST, POOR], CRITERIA, Limits(), EVEN)
    assert {r.option.id: r.on_front for r in found.ranked} == {"good": True, "cheap": True, "fast": True, "poor": False}
    assert next(r for r in found.ranked if r.option.id == "poor").by_weightings == 0


def test_one_weight_alone_chooses_the_best_of_it() -> None:
    for name, best in (("quality", "good"), ("cost", "cheap"), ("latency", "fast")):
        found = decide([GOOD, CHEAP, FAST], CRITERIA, Limits(), {name: 3.0})
        assert found.recommended is not None
        assert found.recommended.id == best
        assert found.ranked[0].by_weightings == 1


def test_a_wide_interval_makes_the_choice_less_firm() -> None:
    def share(spread: float) -> float:
        rivals = [option("a", 0.80, 0.01, 5, spread), option("b", 0.78, 0.01, 5, spread)]
        return decide(rivals, CRITERIA, Limits(), {"quality": 1.0}).ranked[0].by_measurements

    assert share(0.0) == 1.0
    assert 0.5 < share(0.3) < share(0.02) < 1.0


def test_a_range_that_is_the_same_rule_for_all_changes_no_order() -> None:
    rivals = [option("a", 0.8, 0.010, 5), option("b", 0.8, 0.011, 5)]
    rivals = [
        replace(o, measures={**o.measures, "cost": Measure(v, v * 0.5, v * 2)})
        for o in rivals
        if (v := o.measures["cost"].value)
    ]
    assert decide(rivals, CRITERIA, Limits(), {"cost": 1.0}).ranked[0].by_measurements == 1.0


def test_data_that_may_not_be_sold_is_to_be_trained_again() -> None:
    free = [replace(o, sellable=False) for o in (GOOD, CHEAP, FAST)]
    found = decide(free, CRITERIA, Limits({"latency": 7}), EVEN)
    assert found.verdict == "train_again"
    assert found.recommended is None
    assert found.lead is not None
    assert found.lead.id != "good"
    assert decide([*free, POOR], CRITERIA, Limits(), EVEN).recommended == POOR
    assert decide(free, CRITERIA, Limits(sellable=False), EVEN).verdict == "use"
    made_up = [replace(GOOD, synthetic=True)]
    assert decide(made_up, CRITERIA, Limits(), EVEN).verdict == "train_again"


def test_when_nothing_holds_the_nearest_limit_is_named_with_its_gap() -> None:
    found = decide([GOOD, CHEAP], CRITERIA, Limits({"latency": 5, "quality": 0.79}), EVEN)
    assert found.verdict == "none"
    assert found.nearest is not None
    assert found.nearest.option.id == "cheap"
    (breach,) = found.nearest.breaches
    assert (breach.criterion, breach.bound, breach.value) == ("latency", 5, 6)
    assert breach.gap == pytest.approx(0.2)


def test_a_licence_stands_behind_any_number() -> None:
    found = decide(
        [replace(CHEAP, sellable=None), option("slow", 0.8, 0.004, 500)], CRITERIA, Limits({"latency": 5}), EVEN
    )
    assert found.nearest is not None
    assert found.nearest.option.id == "slow"
    assert LICENCE in {b.criterion for e in found.excluded for b in e.breaches}


def check(found: Decision, options: list[Option], limits: Limits, weights: dict[str, float], one: Change) -> None:
    """Hold that the change does what it says, and that stopping a little short of it does not."""
    assert found.lead is not None
    shares = {k: v / sum(weights.values()) for k, v in weights.items()}
    if one.kind == "weight":
        rest = {k: v for k, v in shares.items() if k != one.criterion}
        left = (1 - one.after) / sum(rest.values())
        winner = first(options, CRITERIA, limits, {one.criterion: one.after, **{k: v * left for k, v in rest.items()}})
    elif one.kind == "limit":
        winner = first(options, CRITERIA, replace(limits, bounds={**limits.bounds, one.criterion: one.after}), shares)
    else:
        moved = [
            replace(o, measures={**o.measures, one.criterion: Measure.exactly(one.after)})
            if o.id == found.lead.id else o for o in options
        ]  # fmt: skip
        winner = first(moved, CRITERIA, limits, shares)
    assert winner is None or winner.id != found.lead.id
    assert (winner and winner.id) == (one.winner and one.winner.id)


def test_each_change_makes_another_option_win() -> None:
    options, weights = [GOOD, CHEAP, FAST, POOR], {"quality": 0.5, "cost": 0.3, "latency": 0.2}
    limits = Limits({"latency": 8.5, "quality": 0.75})
    found = decide(options, CRITERIA, limits, weights)
    assert {c.kind for c in found.changes} == {"weight", "limit", "measurement"}
    for one in found.changes:
        check(found, options, limits, weights, one)


@pytest.mark.parametrize("seed", range(60))
def test_no_nearer_limit_changes_the_choice_than_the_one_that_is_named(seed: int) -> None:
    random = np.random.default_rng(seed)
    options = [option(str(i), *random.uniform((0.4, 0.01, 1), (1, 0.1, 50)).round(3)) for i in range(40)]
    limits, weights = Limits({"quality": 0.8, "cost": 0.06, "latency": 25.0}), dict(
        zip(EVEN, random.dirichlet(np.ones(3)), strict=True)
    )  # fmt: skip
    found = decide(options, CRITERIA, limits, weights)
    named = {c.criterion: c for c in found.changes if c.kind == "limit"}
    lead = found.lead
    assert lead is not None
    for criterion in CRITERIA:
        bound, own = limits.bounds[criterion.name], lead.measures[criterion.name].value
        looser = sorted((o.measures[criterion.name].value for o in options), key=lambda v: abs(v - bound))
        just_past = own * (1.001 if criterion.more_is_better else 0.999)
        changing = []
        for after in [*looser, just_past]:
            if after != just_past and (after < bound) != criterion.more_is_better:
                continue
            winner = first(options, CRITERIA, replace(limits, bounds={**limits.bounds, criterion.name: after}), weights)
            if winner is None or winner.id != lead.id:
                changing.append((abs(after - bound), after))
        assert (criterion.name in named) == bool(changing)
        if changing:
            assert math.isclose(named[criterion.name].after, min(changing)[1], rel_tol=1e-12)


@pytest.mark.parametrize(
    ("weights", "limits", "words"),
    [
        ({"quality": 0.0}, {}, "Every weight is 0"),
        ({"quality": -1.0}, {}, "The weight of quality is -1"),
        ({"quality": math.nan}, {}, "give a number of 0 or more"),
        ({"taste": 1.0}, {}, "There is no quantity taste"),
        ({"quality": 1.0}, {"smell": 1.0}, "There is no quantity smell"),
    ],
)
def test_what_cannot_be_is_one_sentence(weights: dict[str, float], limits: dict[str, float], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        decide([GOOD], CRITERIA, Limits(limits), weights)


def test_a_figure_that_is_no_number_is_refused() -> None:
    with pytest.raises(BadInput):
        Measure(math.nan, 0, 1)
    with pytest.raises(BadInput):
        Limits({"quality": math.inf})
    with pytest.raises(BadInput, match="lies outside its range"):
        Measure(2, 0, 1)

"""Scores from evidence: bounds, ranges, better evidence, and what each rests on; the register of risks."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from engine.economics.figure import Source
from engine.economics.readiness.challenges import CHALLENGES, Challenge
from engine.economics.readiness.evidence import CaseFacts, DataFacts, Facts, Interval, RunFacts
from engine.economics.readiness.questions import IMPLIED, QUESTIONS
from engine.economics.readiness.rules import Own
from engine.economics.readiness.score import Score, next_steps, scores
from engine.economics.regulations import Span, regulations
from engine.errors import BadInput
from engine.messages import Message

SCENARIOS = ("finance_sentiment", "medical_imaging", "recommendation", "another")
BETTER = {
    "own_data": ("no", "partly", "yes"),
    "time_to_copy": ("weeks", "months", "years"),
    "promise_ms": ("50", "200", "1000", "5000"),
    "engineers": ("none", "one", "two"),
    "interviews": ("none", "some", "many"),
    "pilots": ("none", "free", "paid"),
}
TRIGGERS = {question for rule in regulations().values() for question in rule.answers}
GOOD_RUN = RunFacts(Interval(0.9, 0.89, 0.91), Interval(0.6, 0.58, 0.62), 10.0, 1.0, 0.01, False, 900)
GOOD_DATA = DataFacts(1000, False, True, "Apache-2.0", False, repeated=0.0)


def worse_to_better(question: str) -> tuple[str, ...]:
    return BETTER.get(question, ("no", "partly", "yes"))


GOOD_CASE = CaseFacts(12, 30, "Ours", broke_share=0.05, gross_margin=0.75, builders=2, supporters=1)


def random_facts(r: random.Random) -> Facts:
    answers = {q: r.choice(list(QUESTIONS[q].choices)) for q in QUESTIONS if r.random() < r.random()}
    middle, half, base = r.random(), r.random() / 4, r.random()
    run = RunFacts(
        Interval(middle, middle - half, middle + half),
        r.choice([None, Interval(base, base - 0.05, base + 0.05)]),
        r.choice([None, 10 ** r.uniform(-1, 5)]), r.choice([None, 0.0, 0.5, 1.0]), r.choice([None, r.random()]),
        r.choice([None, True, False]), r.randrange(1, 10_000),
    )  # fmt: skip
    data = DataFacts(
        r.randrange(1, 10**6), r.random() < 0.5, r.choice([None, True, False]), r.choice(["", "MIT"]),
        r.choice([None, True, False]), r.random() < 0.3, r.choice([None, r.random()]),
    )  # fmt: skip
    case = CaseFacts(
        r.choice([None, math.inf, r.uniform(0, 90)]), r.choice([None, math.inf, r.uniform(0, 90)]), "Ours",
        r.choice([None, r.random()]), r.choice([None, r.uniform(-1, 1)]), r.choice([None, r.uniform(0, 5)]),
        r.choice([None, r.uniform(0, 5)]), frozenset(r.sample(list(regulations()), 3)),
    )  # fmt: skip
    return Facts(
        r.choice(SCENARIOS), answers, r.choice([None, run]), r.choice([None, data]), r.choice([None, case])
    )  # fmt: skip


def ends(score: Score) -> tuple[float, float, float]:
    return score.low, score.value if score.value is not None else 0.0, score.high


def test_without_evidence_there_is_no_score() -> None:
    for score in scores(Facts("another")).values():
        assert score.value is None
        assert (score.low, score.high) == (0, 100)
        assert not score.known
        assert sum(s.points for s in score.steps) == pytest.approx(100)
        assert not any(s.known for s in score.steps)


def test_what_a_scenario_implies_gives_no_score_by_itself() -> None:
    for name in IMPLIED:
        assert all(score.value is None for score in scores(Facts(name)).values())


@pytest.mark.parametrize("seed", range(60))
def test_scores_keep_their_bounds_and_say_what_they_rest_on(seed: int) -> None:
    facts = random_facts(random.Random(seed))
    for score in scores(facts).values():
        assert 0 <= score.low <= score.high <= 100
        if score.value is not None:
            assert score.low <= score.value <= score.high
        assert score.low == pytest.approx(sum(e.points or 0.0 for e in score.known))
        assert score.high - score.low == pytest.approx(sum(e.criterion.points for e in score.unknown))
        assert sum(s.points for s in score.steps) == pytest.approx(100 - score.low)
        for evidence in score.known:
            assert evidence.found is not None
            assert 0 <= evidence.found.share <= 1
            assert evidence.kind in {"measured", "answered", "assumed"}
            assert str(evidence.found.words)


@pytest.mark.parametrize("seed", range(60))
def test_a_better_answer_never_lowers_a_score(seed: int) -> None:
    facts = random_facts(random.Random(seed))
    before = scores(facts)
    for question, given in facts.answers.items():
        if question in TRIGGERS:
            continue  # Which rules apply is a fact, not better or worse.
        order = worse_to_better(question)
        for better in order[order.index(given) + 1 :]:
            after = scores(replace(facts, answers={**facts.answers, question: better}))
            for name, score in after.items():
                assert all(a >= b - 1e-9 for a, b in zip(ends(score), ends(before[name]), strict=True)), question


@pytest.mark.parametrize("seed", range(60))
def test_a_better_measurement_never_lowers_its_score(seed: int) -> None:
    r = random.Random(1000 + seed)
    facts = replace(random_facts(r), run=replace(GOOD_RUN, quality=Interval(0.6, 0.5, 0.7)), data=GOOD_DATA)
    run, data, q = facts.run, facts.data, GOOD_RUN.quality
    assert run is not None
    assert data is not None
    up, narrower = r.uniform(0, 0.3), r.uniform(0, 0.1)
    worse_run = replace(run, p95_ms=10 ** r.uniform(0, 5), exact=0.5, cheaper_equal=True, baseline=q)
    pairs = [
        (run, replace(run, quality=Interval(0.6 + up, 0.5 + up, 0.7 + up))),
        (run, replace(run, quality=Interval(0.6, 0.5 + narrower, 0.7 - narrower))),
        (worse_run, replace(worse_run, p95_ms=(worse_run.p95_ms or 0) / 3)),
        (worse_run, replace(worse_run, exact=1.0)),
        (worse_run, replace(worse_run, cheaper_equal=False)),
        (worse_run, replace(worse_run, baseline=Interval(q.value - up, q.low - up, q.high - up))),
    ]
    for worse, better in pairs:
        _not_lower(replace(facts, run=worse), replace(facts, run=better))
    bad = replace(data, synthetic=True, commercial_use=False, repeated=r.random())
    for change in ({"synthetic": False}, {"commercial_use": True}, {"repeated": (bad.repeated or 0) / 2}):
        _not_lower(replace(facts, data=bad), replace(facts, data=replace(bad, **change)))
    shorter, longer = sorted((r.uniform(0, 80), r.uniform(0, 80)))
    _not_lower(replace(facts, case=CaseFacts(longer, shorter)), replace(facts, case=CaseFacts(shorter, longer)))
    low, high = sorted((r.random(), r.random()))
    poor = CaseFacts(broke_share=high, gross_margin=low, builders=low, supporters=low)
    good = CaseFacts(broke_share=low, gross_margin=high, builders=high, supporters=high, rules=frozenset(regulations()))
    _not_lower(replace(facts, case=poor), replace(facts, case=good))


def _not_lower(worse: Facts, better: Facts) -> None:
    before, after = scores(worse), scores(better)
    for name in CHALLENGES:
        assert all(a >= b - 1e-9 for a, b in zip(ends(after[name]), ends(before[name]), strict=True)), name


@pytest.mark.parametrize("seed", range(30))
def test_evidence_only_narrows_a_range(seed: int) -> None:
    """Learning something moves the low end up or not at all, and the high end down or not at all."""
    facts = random_facts(random.Random(seed))
    wider = replace(facts, run=None, data=None, case=None, answers={})
    for name in set(CHALLENGES) - {"regulation"}:
        narrow, wide = scores(facts)[name], scores(wider)[name]
        assert wide.low <= narrow.low + 1e-9
        assert narrow.high <= wide.high + 1e-9


def test_the_technical_score_is_that_of_a_hand() -> None:
    answers = {"own_data": "partly", "time_to_copy": "months", "promise_ms": "50"}
    run = RunFacts(Interval(0.85, 0.79, 0.91), Interval(0.8, 0.75, 0.86), 100.0, 0.5, None, None, 300)
    data = replace(GOOD_DATA, repeated=0.025)
    score = scores(Facts("another", answers, run, data))["technical"]
    # half of 25, (0.20 − 0.12) / 0.16 of 15, half of 10, 50 ms of 100 of 10, three quarters of 10, half of 20 and of 10
    assert score.low == pytest.approx(12.5 + 7.5 + 5 + 5 + 7.5 + 10 + 5)
    assert score.high == pytest.approx(score.low)
    assert score.steps[0].criterion == "baseline"
    assert score.steps[0].points == pytest.approx(12.5)


def test_all_that_is_good_makes_a_hundred() -> None:
    best = {q: worse_to_better(q)[-1] for q in QUESTIONS if q not in TRIGGERS}
    markets = {"market_eu": "no", "market_us": "no", "market_cn": "no"}
    facts = Facts("another", best | markets, GOOD_RUN, GOOD_DATA, GOOD_CASE)
    for name, score in scores(facts).items():
        assert score.value == pytest.approx(100), name
        assert not score.steps


def test_evidence_of_a_case_names_the_case() -> None:
    facts = Facts("another", {"market_us": "yes", "us_health_partner": "yes"}, case=GOOD_CASE)
    words = {
        e.criterion.id: (str(e.found.words), e.found.share)
        for score in scores(facts).values()
        for e in score.known
        if e.found
    }
    expected = {
        "break_even": ("In month 12 (case Ours)", 1.0),
        "margin": ("Gross margin of 75% in the third year (case Ours)", 1.0),
        "team": ("2 who build and 1 who support are paid by month 12 (case Ours)", 1.0),
        "solvent": ("5% of futures run out of cash (case Ours)", 1.0),
        "rules_planned": ("0 of 1 are in the plan (case Ours)", 0.0),
    }
    assert {name: words[name] for name in expected} == expected
    taken = replace(facts, case=replace(GOOD_CASE, rules=frozenset({"us_hipaa", "eu_mdr"})))
    (planned,) = (e.found for e in scores(taken)["regulation"].known if e.criterion.id == "rules_planned")
    assert planned is not None
    assert planned.share == 1


def test_the_next_steps_are_those_with_most_points() -> None:
    found = scores(Facts("another"))
    steps = next_steps(found, 4)
    everything = sorted((s.points for score in found.values() for s in score.steps), reverse=True)
    assert [s.points for s in steps] == everything[:4]


def test_measured_beats_answered_and_answered_beats_assumed() -> None:
    told = Facts("recommendation", {"personal_data": "no"})
    assert told.known_answers["personal_data"] == ("no", "answered")
    assert Facts("recommendation").known_answers["personal_data"] == ("yes", "assumed")
    found = replace(told, data=replace(GOOD_DATA, personal=True))
    assert found.known_answers["personal_data"] == ("yes", "measured")


def test_people_in_the_data_cost_points_until_they_are_taken_out() -> None:
    found = replace(GOOD_DATA, personal=True)
    lows = [
        scores(Facts("another", data=data))["privacy"].low
        for data in (replace(found, masked=True), found, replace(GOOD_DATA, masked=True), GOOD_DATA)
    ]
    assert lows == [0, 0, 22.5, 30]


def test_a_cost_that_is_entered_raises_regulation() -> None:
    facts = Facts("medical_imaging", {"market_eu": "yes", "decides_people": "no"})
    offer = Source("", "An offer", "2026-11-01")
    own = {"eu_mdr": Own(Span(80_000, None, 120_000, "", offer), Span(12, 15, 18, "", offer))}
    before, after = scores(facts)["regulation"], scores(replace(facts, own_rules=own))["regulation"]
    assert after.low > before.low
    assert after.high > before.high


@pytest.mark.parametrize(
    ("answers", "explained"),
    [({"shoe_size": "44"}, "no question shoe_size"), ({"pilots": "lots"}, "The answer to pilots is lots")],
)
def test_what_cannot_be_answered_is_one_sentence(answers: dict[str, str], explained: str) -> None:
    with pytest.raises(BadInput, match=explained):
        Facts("another", answers)


def test_every_challenge_has_a_hundred_points() -> None:
    with pytest.raises(ValueError, match="do not sum to 100"):
        Challenge("short", Message("x"), Message("x"), CHALLENGES["talent"].criteria[1:])
    asked = {c.id for challenge in CHALLENGES.values() for c in challenge.criteria}
    assert set(QUESTIONS) - TRIGGERS - {"promise_ms"} <= asked

"""Whether one recommender is really better than another: both asked about the same people, person by person.

Smucker, Allan and Carterette 2007, "A Comparison of Statistical Significance Tests for Information Retrieval
Evaluation": a randomisation test of the paired differences, for which figures that are mostly 0 need no normal errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.base import Compared
from engine.tasks.bootstrap import ELEMENTS_AT_ONCE, RESAMPLES, Interval, percentile_interval, resampled_weights
from engine.tasks.compare import SIGNIFICANT, refuse_few_seeds, refuse_other_tests, sign, t_interval
from engine.tasks.verdict import list_seed_words, list_words

FIGURE = "ndcg_at_10"
"""What two recommenders are compared by, of those that stand in `predictions.parquet` for each person."""
FLIPS = 10_000
MANY = 10_000
"""With more people the mean difference is normal enough, and drawing would only cost."""
METHOD = Message("Sign-flip test and paired bootstrap over the people of the test part both were judged on.")
SEEDS_METHOD = Message("The interval counts both kinds of luck: which people were asked, and which seeds.")


@dataclass(frozen=True, kw_only=True)
class PairedLists(Compared):
    """The second recommender against the first, the same people asked. The difference is second minus first."""

    only_first_better: int
    """People to whom the first showed a better list; `only_second_better` those to whom the second did."""
    only_second_better: int
    p_value: float
    """How likely a mean difference this large is when it is chance alone whose list is better for a person."""
    ndcg: Interval
    method: Message = METHOD


@dataclass(frozen=True, kw_only=True)
class ListsAcrossSeeds(Compared):
    """Two recipes, each trained with several seeds, on the same people. The difference is second minus first."""

    first_ndcg: tuple[float, ...]
    """One a seed."""
    second_ndcg: tuple[float, ...]
    ndcg: Interval
    method: Message = SEEDS_METHOD


def paired_lists(
    first: np.ndarray,
    second: np.ndarray,
    *,
    seed: int = 0,
    names: tuple[str, str] = ("A", "B"),
    flips: int = FLIPS,
    resamples: int = RESAMPLES,
) -> PairedLists:
    """Compare nDCG@10 of the same people (N,) under two recommenders.

    The p-value is a two-sided sign-flip test, counting the observed outcome among the drawn; the interval is a paired
    bootstrap (Efron and Tibshirani 1993). A difference is real when both say so. Raises BadInput when there is nobody.
    """
    _need_people(len(first))
    differences = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    generator = np.random.default_rng(seed)
    p_value = sign_flip(differences, generator, flips)
    ndcg = percentile_interval(float(differences.mean()), _means(differences, generator, resamples))
    verdict = sign(ndcg) if p_value < SIGNIFICANT else 0
    better = (int((differences < 0).sum()), int((differences > 0).sum()))
    return PairedLists(
        rows=len(differences),
        only_first_better=better[0],
        only_second_better=better[1],
        p_value=p_value,
        ndcg=ndcg,
        real=bool(verdict),
        words=list_words(verdict, names, len(differences), p_value, ndcg),
        details=Message(
            "Same {people} people: {a} got a better list from the first, {b} from the second. nDCG@10 difference "
            "{d:.3f} (95%: {low:.3f} to {high:.3f}), p = {p:.2g}.",
            people=len(differences),
            a=better[0],
            b=better[1],
            d=ndcg.value,
            low=ndcg.low,
            high=ndcg.high,
            p=p_value,
        ),
    )


def lists_across_seeds(
    first: np.ndarray,
    second: np.ndarray,
    *,
    names: tuple[str, str] = ("A", "B"),
) -> ListsAcrossSeeds:
    """Compare nDCG@10 of the same N people under two recipes, (S, N) and (T, N): one row a seed.

    As `compare.across_seeds`: the variance of the mean difference is that of people, all seeds asked about the same,
    plus that of seeds. Raises BadInput for fewer than two seeds a side, or when there is nobody.
    """
    _need_people(first.shape[1])
    refuse_few_seeds(len(first), len(second))
    differences = second.mean(axis=0) - first.mean(axis=0)
    row_variance = float(differences.var(ddof=1) / len(differences)) if len(differences) > 1 else 0.0
    ndcg = t_interval(first.mean(axis=1), second.mean(axis=1), row_variance)
    return ListsAcrossSeeds(
        rows=len(differences),
        first_ndcg=tuple(first.mean(axis=1).tolist()),
        second_ndcg=tuple(second.mean(axis=1).tolist()),
        ndcg=ndcg,
        real=bool(sign(ndcg)),
        words=list_seed_words(sign(ndcg), names, ndcg, min(len(first), len(second))),
        details=Message(
            "Same {people} people. nDCG@10 difference {d:.3f} (95%: {low:.3f} to {high:.3f}).",
            people=len(differences),
            d=ndcg.value,
            low=ndcg.low,
            high=ndcg.high,
        ),
    )


def paired_list_runs(
    first: tuple[dict[str, Any], Path], second: tuple[dict[str, Any], Path], **options: Any
) -> PairedLists:
    """Compare two runs, each a report and its `predictions.parquet`; `options` go to `paired_lists`.

    Raises BadInput when the runs were judged on different test parts or have nobody in common.
    """
    a, b = _read((first, second))
    return paired_lists(a, b, **options)


def seeds_list_runs(
    first: Sequence[tuple[dict[str, Any], Path]], second: Sequence[tuple[dict[str, Any], Path]], **options: Any
) -> ListsAcrossSeeds:
    """Compare two groups of runs, one run a seed, each a report and its `predictions.parquet`.

    `options` go to `lists_across_seeds`. Raises BadInput when a run was judged on another test part, or a group has
    one run.
    """
    refuse_few_seeds(len(first), len(second))
    figures = np.stack(_read((*first, *second)))
    return lists_across_seeds(figures[: len(first)], figures[len(first) :], **options)


def sign_flip(differences: np.ndarray, generator: np.random.Generator, flips: int = FLIPS) -> float:
    """Return the two-sided p-value of the mean of paired `differences` (N,) under random signs, never 0.

    Of more than MANY it is that of the normal distribution the flipped means have: mean 0, variance Σd²/N².
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    total = abs(float(moved.sum()))
    if len(moved) > MANY:
        return max(math.erfc(total / math.sqrt(2.0 * float((moved**2).sum()))), np.finfo(float).tiny)
    edge, size, beyond = total * (1 - 1e-9), max(1, ELEMENTS_AT_ONCE // len(moved)), 0
    for start in range(0, flips, size):
        count = min(size, flips - start)
        up = generator.integers(0, 2, (count, len(moved)), dtype=np.int8) @ moved
        beyond += int((np.abs(2 * up - moved.sum()) >= edge).sum())
    return (beyond + 1) / (flips + 1)


def _means(differences: np.ndarray, generator: np.random.Generator, resamples: int) -> np.ndarray:
    """Return the mean of each resample (R,)."""
    if len(differences) > MANY:
        spread = differences.std() / np.sqrt(len(differences))
        return np.asarray(differences.mean() + spread * generator.standard_normal(resamples))
    pieces = resampled_weights(len(differences), generator, resamples=resamples)
    return np.concatenate([weights @ differences / len(differences) for weights in pieces])


def _read(runs: Sequence[tuple[dict[str, Any], Path]]) -> list[np.ndarray]:
    """Return the figure of each person whom every run was asked about, (N,) a run, in one order."""
    import pandas as pd

    refuse_other_tests(tuple(str(report["dataset"]["test_id"]) for report, _ in runs))
    frames = [pd.read_parquet(file, filters=[("part", "==", "test")]) for _, file in runs]
    # Codes of people hold within one data set; ids, which older runs did not keep, in every data set.
    key = "user" if len({str(report["dataset"]["id"]) for report, _ in runs}) == 1 else "user_id"
    if any(key not in frame for frame in frames):
        raise BadInput(
            "These runs were trained on different data sets and one of them did not keep whose list is whose; train it "
            "again."
        )
    figures = [frame.set_index(key)[FIGURE].dropna() for frame in frames]
    common = figures[0].index
    for other in figures[1:]:
        common = common.intersection(other.index)
    return [one.loc[common.sort_values()].to_numpy(np.float64) for one in figures]


def _need_people(count: int) -> None:
    if not count:
        raise BadInput("These runs were asked about nobody in common; compare runs of one data set.")


__all__ = [
    "ListsAcrossSeeds",
    "PairedLists",
    "lists_across_seeds",
    "paired_list_runs",
    "paired_lists",
    "seeds_list_runs",
    "sign_flip",
]

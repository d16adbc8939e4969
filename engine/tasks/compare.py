"""Whether one model is really better than another, or only luckier on these rows or with this seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.messages import Message
from engine.tasks.base import Compared
from engine.tasks.bootstrap import RESAMPLES, Interval, percentile_interval, rates, resampled_counts, scores
from engine.tasks.verdict import paired_words, seed_words

SIGNIFICANT = 0.05
METHOD = Message("Exact McNemar test and paired bootstrap on the test part both runs were judged on.")
SEEDS_METHOD = Message("The interval counts both kinds of luck: which rows were drawn, and which seeds.")
T_975 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
"""97.5th percentiles of Student's t for 1, 2, … 15 degrees of freedom; beyond, 2.12 at 16 is close and safe."""


@dataclass(frozen=True, kw_only=True)
class Paired(Compared):
    """The second model against the first on the same rows. Differences are second minus first, in shares.

    It is real when accuracy or macro-F1 differs beyond chance.
    """

    only_first_right: int
    only_second_right: int
    p_value: float
    """Exact McNemar: how likely a split of the disagreements this uneven is when both are equally often right."""
    accuracy: Interval
    macro_f1: Interval
    method: Message = METHOD


@dataclass(frozen=True, kw_only=True)
class AcrossSeeds(Compared):
    """Two recipes, each trained with several seeds, on the same rows. Differences are second minus first."""

    first_macro_f1: tuple[float, ...]
    """One a seed."""
    second_macro_f1: tuple[float, ...]
    accuracy: Interval
    macro_f1: Interval
    method: Message = SEEDS_METHOD


def paired(
    truth: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    *,
    seed: int = 0,
    names: tuple[str, str] = ("A", "B"),
    test_ids: tuple[str, str] = ("", ""),
    resamples: int = RESAMPLES,
) -> Paired:
    """Compare the answers `a` and `b` to the same rows: class numbers (N,) or probabilities (N, C).

    McNemar 1947, exact; the intervals are paired bootstraps (Efron and Tibshirani 1993): a row is drawn with both its
    answers. Raises BadInput when `test_ids`, the hashes of the two test parts, differ, or when there is no row.
    """
    _same_test(test_ids, (len(truth), len(a), len(b)))
    truth, a, b = (_classes(x) for x in (truth, a, b))
    only_a, only_b = int(((a == truth) & (b != truth)).sum()), int(((b == truth) & (a != truth)).sum())
    p_value = mcnemar(only_a, only_b)
    value, drawn = _differences(truth, [a], [b], seed, resamples)
    accuracy, macro_f1 = (percentile_interval(float(v), drawn[:, m]) for m, v in enumerate(value))
    verdicts = (int(np.sign(only_b - only_a)) if p_value < SIGNIFICANT else 0, sign(macro_f1))
    return Paired(
        rows=len(truth),
        only_first_right=only_a,
        only_second_right=only_b,
        p_value=p_value,
        accuracy=accuracy,
        macro_f1=macro_f1,
        real=any(verdicts),
        words=paired_words(verdicts, names, (only_a, only_b), p_value, macro_f1),
        details=Message(
            "Same {rows} rows: {a} right only in the first, {b} only in the second. Accuracy difference {d:.3f} (95%: "
            "{low:.3f} to {high:.3f}), McNemar p = {p:.2g}.",
            rows=len(truth),
            a=only_a,
            b=only_b,
            d=accuracy.value,
            low=accuracy.low,
            high=accuracy.high,
            p=p_value,
        ),
    )


def paired_runs(first: tuple[dict[str, Any], Path], second: tuple[dict[str, Any], Path], **options: Any) -> Paired:
    """Compare two runs, each a report and its `predictions.parquet`, on the test part; `options` go to `paired`.

    Raises BadInput when the runs were judged on different test parts.
    """
    truth, (a, b) = _read_runs((first, second))
    return paired(truth, a, b, **options)


def seeds_runs(
    first: Sequence[tuple[dict[str, Any], Path]], second: Sequence[tuple[dict[str, Any], Path]], **options: Any
) -> AcrossSeeds:
    """Compare two groups of runs, one run a seed, each a report and its `predictions.parquet`, on the test part.

    `options` go to `across_seeds`. Raises BadInput when a run was judged on another test part, or a group has one run.
    """
    truth, answers = _read_runs((*first, *second))
    return across_seeds(truth, answers[: len(first)], answers[len(first) :], **options)


def _read_runs(runs: Sequence[tuple[dict[str, Any], Path]]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return truth and each run's predicted class (N,), numbered as the first run's labels, refusing mixed tests."""
    _same_test(tuple(str(report["dataset"]["test_id"]) for report, _ in runs), (1,) * len(runs))
    labels = list(runs[0][0]["labels"])
    read = [_answers(file, list(report["labels"]), labels) for report, file in runs]
    return read[0][0], [answers for _, answers in read]


def across_seeds(
    truth: np.ndarray,
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    *,
    seed: int = 0,
    names: tuple[str, str] = ("A", "B"),
    test_ids: Sequence[str] = (),
    resamples: int = RESAMPLES,
) -> AcrossSeeds:
    """Compare two recipes by their answers with several seeds each, all to the same rows.

    The variance of the mean difference has two parts: which rows were drawn (paired bootstrap, all seeds on the same
    rows) and which seeds (sample variance over seeds, divided by their number). The interval is Student's t with the
    seeds' degrees of freedom. Bouthillier et al. 2021, "Accounting for Variance in Machine Learning Benchmarks".
    Raises BadInput for fewer than two seeds a side or different test parts.
    """
    _same_test(tuple(test_ids), tuple(len(x) for x in (truth, *first, *second)))
    refuse_few_seeds(len(first), len(second))
    truth = _classes(truth)
    a, b = [_classes(x) for x in first], [_classes(x) for x in second]
    found = [np.array([list(scores(truth, x).values()) for x in side]) for side in (a, b)]
    _, drawn = _differences(truth, a, b, seed, resamples)
    row_variance = drawn.var(axis=0, ddof=1)
    accuracy, macro_f1 = (t_interval(found[0][:, m], found[1][:, m], float(row_variance[m])) for m in (0, 1))
    verdicts = (sign(accuracy), sign(macro_f1))
    return AcrossSeeds(
        rows=len(truth),
        first_macro_f1=tuple(found[0][:, 1].tolist()),
        second_macro_f1=tuple(found[1][:, 1].tolist()),
        accuracy=accuracy,
        macro_f1=macro_f1,
        real=any(verdicts),
        words=seed_words(verdicts, names, macro_f1, (len(a), len(b))),
        details=Message(
            "Same {rows} rows. Macro-F1 difference {d:.3f} (95%: {low:.3f} to {high:.3f}).",
            rows=len(truth),
            d=macro_f1.value,
            low=macro_f1.low,
            high=macro_f1.high,
        ),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact p-value: twice the binomial tail of the smaller count at one half, at most 1."""
    n, smaller = only_first + only_second, min(only_first, only_second)
    k = np.arange(1, smaller + 1)
    log_choose = np.concatenate([[0.0], np.cumsum(np.log((n - k + 1) / k))])
    return float(min(1.0, 2 * np.exp(log_choose - n * np.log(2)).sum()))


def _differences(
    truth: np.ndarray, a: Sequence[np.ndarray], b: Sequence[np.ndarray], seed: int, resamples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean difference of (accuracy, macro-F1), (2,), and the same for each resample, (R, 2)."""
    answers = np.column_stack([truth, *a, *b])
    cells, counts = np.unique(answers, axis=0, return_counts=True)
    classes = int(answers.max()) + 1

    def difference(drawn: np.ndarray) -> np.ndarray:
        found = [rates(drawn, cells[:, 0], cells[:, i], classes) for i in range(1, answers.shape[1])]
        both = np.stack([np.stack([f.accuracy, f.macro_f1], axis=-1) for f in found])
        return np.asarray(both[len(a) :].mean(axis=0) - both[: len(a)].mean(axis=0))

    generator = np.random.default_rng(seed)
    drawn = [difference(piece) for piece in resampled_counts(counts, generator, resamples=resamples)]
    return difference(counts.astype(np.float64)), np.concatenate(drawn)


def t_interval(first: np.ndarray, second: np.ndarray, row_variance: float) -> Interval:
    """Return the mean of `second` (T,) less that of `first` (S,), figures one a seed, with its 95 % interval.

    `row_variance` is the variance of that difference over what the models were asked.
    """
    value = float(second.mean() - first.mean())
    seed_variance = first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second)
    degrees = len(first) + len(second) - 2
    t = T_975[degrees - 1] if degrees <= len(T_975) else 2.12
    reach = float(t * np.sqrt(row_variance + seed_variance))
    return Interval(value, value - reach, value + reach)


def sign(interval: Interval) -> int:
    """Return 1 or -1 when the whole interval lies on one side of 0, else 0."""
    low, high = interval.low or 0.0, interval.high or 0.0
    return 1 if low > 0 else -1 if high < 0 else 0


def _classes(answers: np.ndarray) -> np.ndarray:
    answers = np.asarray(answers)
    return answers.argmax(axis=1) if answers.ndim == 2 else answers.astype(np.int64)


def refuse_few_seeds(*counts: int) -> None:
    """Raise BadInput when a recipe was trained with fewer than two seeds."""
    if min(counts) < 2:
        raise BadInput(
            "{count} seed is too few to compare recipes; train each with three seeds.",
            count=min(counts),
        )


def refuse_other_tests(test_ids: tuple[str, ...]) -> None:
    """Raise BadInput when the hashes of test parts differ."""
    if len(set(test_ids)) > 1:
        raise BadInput(
            "These runs were judged on different test parts ({ids}); compare runs of one data set.",
            ids=", ".join(sorted({i[:12] for i in test_ids})),
        )


def _same_test(test_ids: tuple[str, ...], lengths: tuple[int, ...]) -> None:
    refuse_other_tests(test_ids)
    if len(set(lengths)) > 1:
        raise BadInput(
            "These runs answered {counts} rows; compare runs that were judged on the same rows.",
            counts=", ".join(str(n) for n in sorted(set(lengths))),
        )
    if lengths[0] == 0:
        raise BadInput("There are no rows to compare on; choose data with a test part.")


def _answers(file: Path, labels: list[str], wanted: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return truth and predicted class (N,) of the test part in `file`, numbered as `wanted`, ordered by row."""
    import pandas as pd

    if set(labels) != set(wanted):
        raise BadInput(
            "These runs have different classes ({first} and {second}); compare runs of one data set.",
            first=", ".join(wanted),
            second=", ".join(labels),
        )
    frame = pd.read_parquet(file, filters=[("part", "==", "test")]).sort_values(["source", "row"])
    number = np.array([wanted.index(label) for label in labels])
    probabilities = frame[[f"p{c}" for c in range(len(labels))]].to_numpy()
    return number[frame["truth"].to_numpy()], number[probabilities.argmax(axis=1)]

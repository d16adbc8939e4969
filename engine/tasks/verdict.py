"""The outcome of a comparison in words."""

from __future__ import annotations

from engine.messages import Message
from engine.tasks.bootstrap import Interval

Verdicts = tuple[int, int]
"""Of accuracy and of macro-F1: 1 where the second is better beyond chance, -1 where the first is, else 0."""


def paired_words(
    verdicts: Verdicts, names: tuple[str, str], only: tuple[int, int], p_value: float, macro_f1: Interval
) -> Message:
    """Return the sentence for two runs; `only` counts the rows that the first alone and the second alone got right."""
    if not any(verdicts):
        return Message(
            "No real difference: {first} alone is right on {only_first} rows, {second} alone on {only_second} "
            "(p = {p_value:.2g}).",
            first=names[0],
            second=names[1],
            only_first=only[0],
            only_second=only[1],
            p_value=p_value,
        )
    if verdicts[0] * verdicts[1] < 0:
        return _opposite(verdicts, names)
    better, worse = _order(verdicts, names)
    if verdicts[0]:
        return Message(
            "{better} is better: it alone is right on {more} rows, {worse} alone on {fewer} (p = {p_value:.2g}).",
            better=better,
            worse=worse,
            more=max(only),
            fewer=min(only),
            p_value=p_value,
        )
    return Message(
        "{better} is better over all classes (macro-F1 higher by {low:.3f} to {high:.3f}); the number of rows that are "
        "right does not differ beyond chance (p = {p_value:.2g}).",
        better=better,
        **_gain(macro_f1),
        p_value=p_value,
    )


def seed_words(verdicts: Verdicts, names: tuple[str, str], macro_f1: Interval, seeds: tuple[int, int]) -> Message:
    """Return the sentence for two recipes with several seeds each."""
    if not any(verdicts):
        return Message(
            "No real difference over {seeds} seeds: the macro-F1 of {second} is between {low:+.3f} and {high:+.3f} "
            "of that of {first}.",
            seeds=min(seeds),
            first=names[0],
            second=names[1],
            low=macro_f1.low,
            high=macro_f1.high,
        )
    if verdicts[0] * verdicts[1] < 0:
        return _opposite(verdicts, names)
    better, worse = _order(verdicts, names)
    if verdicts[1]:
        return Message(
            "{better} is better than {worse} over {seeds} seeds: macro-F1 higher by {low:.3f} to {high:.3f}.",
            better=better,
            worse=worse,
            seeds=min(seeds),
            **_gain(macro_f1),
        )
    return Message(
        "{better} gets more rows right than {worse} over {seeds} seeds; macro-F1 does not differ beyond chance.",
        better=better,
        worse=worse,
        seeds=min(seeds),
    )


def list_words(verdict: int, names: tuple[str, str], people: int, p_value: float, ndcg: Interval) -> Message:
    """Return the sentence for two recommenders; `verdict` is 1 where the second is better, -1 the first, else 0."""
    if not verdict:
        return Message(
            "No real difference: the nDCG@10 of {second} is between {low:+.3f} and {high:+.3f} of that of {first} "
            "(p = {p_value:.2g}).",
            first=names[0],
            second=names[1],
            low=ndcg.low,
            high=ndcg.high,
            p_value=p_value,
        )
    return Message(
        "{better} is better: over the same {people} people its nDCG@10 is higher by {low:.3f} to {high:.3f} "
        "(p = {p_value:.2g}).",
        better=names[verdict > 0],
        people=people,
        **_gain(ndcg),
        p_value=p_value,
    )


def list_seed_words(verdict: int, names: tuple[str, str], ndcg: Interval, seeds: int) -> Message:
    """Return the sentence for two recommenders with several seeds each."""
    if not verdict:
        return Message(
            "No real difference over {seeds} seeds: the nDCG@10 of {second} is between {low:+.3f} and {high:+.3f} of "
            "that of {first}.",
            seeds=seeds,
            first=names[0],
            second=names[1],
            low=ndcg.low,
            high=ndcg.high,
        )
    return Message(
        "{better} is better than {worse} over {seeds} seeds: nDCG@10 higher by {low:.3f} to {high:.3f}.",
        better=names[verdict > 0],
        worse=names[verdict < 0],
        seeds=seeds,
        **_gain(ndcg),
    )


def _order(verdicts: Verdicts, names: tuple[str, str]) -> tuple[str, str]:
    return (names[1], names[0]) if sum(verdicts) > 0 else names


def _gain(macro_f1: Interval) -> dict[str, float]:
    ends = sorted((abs(macro_f1.low or 0.0), abs(macro_f1.high or 0.0)))
    return {"low": ends[0], "high": ends[1]}


def _opposite(verdicts: Verdicts, names: tuple[str, str]) -> Message:
    more, fairer = (names[1], names[0]) if verdicts[0] > 0 else names
    return Message(
        "{more} gets more rows right, {fairer} is better over all classes; choose by what each kind of error costs.",
        more=more,
        fairer=fairer,
    )

"""The figures of a recommender, each with its meaning in plain words."""

from __future__ import annotations

from engine.messages import Message
from engine.tasks.base import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        name="ndcg_at_10",
        title=Message("nDCG@10"),
        meaning=Message(
            "How well the first ten places are used: a hit counts more the higher it stands, and 1 is the best list "
            "that was possible."
        ),
        higher_is_better=True,
    ),
    Metric(
        name="recall_at_10",
        title=Message("Recall@10"),
        meaning=Message("The share of what a person took later that is among the ten items shown."),
        higher_is_better=True,
    ),
    Metric(
        name="precision_at_10",
        title=Message("Precision@10"),
        meaning=Message("The share of the ten items shown that the person took later."),
        higher_is_better=True,
        in_words=Message("{of_hundred} of 100 items shown were taken"),
    ),
    Metric(
        name="map_at_10",
        title=Message("MAP@10"),
        meaning=Message(
            "The precision at each hit, on average over the hits that were possible: it rewards hits near the top."
        ),
        higher_is_better=True,
    ),
    Metric(
        name="hit_rate_at_10",
        title=Message("Hit rate@10"),
        meaning=Message("The share of people who took at least one of the ten items shown."),
        higher_is_better=True,
        in_words=Message("{of_hundred} of 100 people found something"),
    ),
    Metric(
        name="mrr_at_10",
        title=Message("MRR@10"),
        meaning=Message("One divided by the place of the first hit, on average: 1 when the first item is always one."),
        higher_is_better=True,
    ),
)

CATALOGUE_METRICS: tuple[Metric, ...] = (
    Metric(
        name="coverage",
        title=Message("Catalogue coverage"),
        meaning=Message("The share of the catalogue that is shown to anybody at all."),
        higher_is_better=True,
    ),
    Metric(
        name="novelty",
        title=Message("Novelty"),
        meaning=Message(
            "How surprising the items shown are, in bits: an item that half of all people know has 1 bit, one that a "
            "hundredth know has 6.6."
        ),
        higher_is_better=True,
    ),
    Metric(
        name="head_share",
        title=Message("Popularity bias"),
        meaning=Message("The share of the items shown that belong to the tenth of the catalogue that is most taken."),
        higher_is_better=False,
    ),
)

"""The figures of a classifier, each with its meaning in plain words."""

from __future__ import annotations

from engine.messages import Message
from engine.tasks.base import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        name="macro_f1",
        title=Message("Macro-F1"),
        meaning=Message(
            "F1 balances how often an answer is right (precision) and how much is found (recall); macro-F1 is its mean "
            "over the classes, so that a rare class counts as much as a frequent one."
        ),
        higher_is_better=True,
    ),
    Metric(
        name="accuracy",
        title=Message("Accuracy"),
        meaning=Message("The share of rows that got the right answer."),
        higher_is_better=True,
        in_words=Message("{of_hundred} of 100 right"),
    ),
    Metric(
        name="auc",
        title=Message("AUC"),
        meaning=Message(
            "How well the probabilities rank: the chance that a row of a class gets a higher probability for it than a "
            "row of another class does. 0.5 is guessing, 1 is perfect."
        ),
        higher_is_better=True,
    ),
    Metric(
        name="ece",
        title=Message("Calibration error"),
        meaning=Message(
            "How far the stated probability is from how often the answer is right, on average (expected calibration "
            "error). 0 is perfect."
        ),
        higher_is_better=False,
    ),
    Metric(
        name="log_loss",
        title=Message("Log loss"),
        meaning=Message(
            "The price of being sure and wrong: minus the logarithm of the probability given to the right answer, on "
            "average. 0 is perfect."
        ),
        higher_is_better=False,
        share=False,
    ),
)

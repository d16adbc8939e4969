"""Options that recipes of several tasks have: each stands here once, with its meaning and its bounds."""

from __future__ import annotations

from engine.messages import Message
from engine.models.options import Option

EPOCHS = Message("The most passes over the training part.")
RATE = Message("How far each step moves the weights of the last layer.")
HEAD_RATE = Message("How far each step moves the weights of the new head.")
HEAD_DROPOUT = Message("The share of the head's inputs that is dropped in training.")
BATCH = Message("Rows a step learns from.")
PRECISION = Option(
    "precision",
    "auto",
    Message("Half precision (bf16) where the processor has it, or always full precision."),
    choices=("auto", "bf16", "fp32"),
)
SMOOTHING = Option(
    "label_smoothing",
    0.05,
    Message("How much of each label is shared among the other classes, against overconfidence."),
    minimum=0.0,
    maximum=0.5,
)
HEAD = Option("head_learning_rate", 1e-3, HEAD_RATE, minimum=1e-7, maximum=1.0)
RANK = Option(
    "rank", 16, Message("The width of the adapters: more learns more and costs more."), minimum=1, maximum=256
)
ALPHA = Option("alpha", 32, Message("The strength of the adapters; twice the rank is usual."), minimum=1, maximum=1024)


def weight_decay(default: float) -> Option:
    return Option(
        "weight_decay",
        default,
        Message("How strongly weights are pulled to zero; norms and biases are left alone."),
        minimum=0.0,
        maximum=10.0,
    )


def patience(default: int, meaning: Message, most: int = 200) -> Option:
    """`meaning` names the figure that has to get better."""
    return Option("patience", default, meaning, minimum=1, maximum=most)


def of_classifier(
    *,
    epochs: int,
    batch: Option,
    rate: float,
    decay: float,
    patience: Option,
    weights: str = "sqrt",
) -> tuple[Option, ...]:
    """Return what every classifier that learns by gradient steps lets a user change, most useful first."""
    return (
        Option("epochs", epochs, EPOCHS, minimum=1, maximum=200, advanced=False),
        Option("learning_rate", rate, RATE, minimum=1e-7, maximum=1.0, advanced=False),
        batch,
        Option(
            "accumulate",
            1,
            Message("Batches whose gradients are added up before a step, when memory is short."),
            minimum=1,
            maximum=64,
        ),
        Option(
            "warmup",
            0.1,
            Message("The share of all steps over which the learning rate rises before it falls."),
            minimum=0.0,
            maximum=0.9,
        ),
        weight_decay(decay),
        Option("clip", 1.0, Message("Gradients longer than this are shortened to it."), minimum=0.01, maximum=1000.0),
        Option(
            "class_weights",
            weights,
            Message("How much more a rare class counts: not at all, by the root of its rarity, or in full."),
            choices=("none", "sqrt", "balanced"),
        ),
        SMOOTHING,
        patience,
    )

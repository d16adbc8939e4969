"""Recipes for pictures: ways to make a classifier, each a point on the trade-off of quality, time and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.messages import Message
from engine.models.options import Option, Recipe
from engine.models.text_recipes import CLASS_WEIGHTS, EPOCHS, HEAD_RATE, LORA, PRECISION, RATE

AUGMENTATIONS = (
    "auto",
    "none",
    "general",
    "ultrasound",
    "x-ray",
    "mammography",
    "ct",
    "mr",
    "nuclear",
    "fundus",
    "oct",
    "endoscopy",
    "microscopy",
    "photo",
)
"""What pictures may undergo, by modality; "auto" is the data set's own."""
VIEWS = Option(
    "views",
    16,
    Message("The most augmented views of each picture, computed once; more take longer and generalise better."),
    minimum=0,
    maximum=64,
    advanced=False,
)
BUDGET = Option(
    "budget",
    20_000,
    Message("About how many pictures are shown in all: where there are many, views and passes are fewer."),
    minimum=100,
    maximum=100_000_000,
)
AUGMENTATION = Option(
    "augmentation",
    "auto",
    Message("What views of a picture may differ in: what this kind of picture could have looked like."),
    choices=AUGMENTATIONS,
)
COLOURS = Option(
    "colours",
    "auto",
    Message("Whether pictures are made grey first; auto looks whether they have any colour."),
    choices=("auto", "grey", "colour"),
)
SMOOTHING = Option(
    "label_smoothing",
    0.05,
    Message("How much of each label is shared among the other classes, against overconfidence."),
    minimum=0.0,
    maximum=0.5,
)
DROPPED = Message("The share of the head's inputs that is dropped in training.")
DROPOUT = Option("dropout", 0.5, DROPPED, minimum=0.0, maximum=0.9)
MIXUP = Message("How much pictures are blended with one another in training, against learning single ones by heart.")
PENALTY = Option(
    "penalty",
    0.02,
    Message("How strongly squared weights add to the loss: the more, the less single features decide."),
    minimum=0.0,
    maximum=1.0,
)
PICTURES = (AUGMENTATION, COLOURS, PRECISION)
HEAD = Option("head_learning_rate", 1e-3, HEAD_RATE, minimum=1e-7, maximum=1.0)
DECAY = Message("Each block further down learns at this share of the rate above it.")
TRAINED = Option(
    "trained_blocks",
    9,
    Message("How many upper blocks learn; those below stay as they are and are computed once."),
    minimum=1,
    maximum=200,
)


def within_budget(options: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return `options` with as many views and epochs as the budget allows for `rows` pictures to train on."""
    if "budget" not in options:
        return dict(options)
    budget, rows = int(options["budget"]), max(1, rows)
    fewer: dict[str, Any] = {}
    if "dropout" in options:  # a probe's epochs cost nothing
        fewer["epochs"] = min(int(options["epochs"]), max(LEAST_EPOCHS, round(budget / rows)))
    if "views" in options:
        fewer["views"] = min(int(options["views"]), max(1, budget // rows))
    return {**options, **fewer}


LEAST_EPOCHS = 3
"""The rate has to rise and fall, however many pictures there are."""


def _size(pixels: int, least: int = 64) -> Option:
    meaning = Message(
        "Pixels a side that pictures are brought to: twice as many see finer detail at four times the cost."
    )
    return Option("size", pixels, meaning, minimum=least, maximum=1024, advanced=False)


def _shared(
    epochs: int, batch: int, rate: float, decay: float, patience: int, weights: str = "sqrt", warmup: float = 0.1
) -> tuple[Option, ...]:
    return (
        Option("epochs", epochs, EPOCHS, minimum=1, maximum=200, advanced=False),
        Option("learning_rate", rate, RATE, minimum=1e-7, maximum=1.0, advanced=False),
        Option("batch", batch, Message("Rows a step learns from."), minimum=1, maximum=1024),
        Option(
            "accumulate",
            1,
            Message("Batches whose gradients are added up before a step, when memory is short."),
            minimum=1,
            maximum=64,
        ),
        Option(
            "warmup",
            warmup,
            Message("The share of all steps over which the learning rate rises before it falls."),
            minimum=0.0,
            maximum=0.9,
        ),
        Option(
            "weight_decay",
            decay,
            Message("How strongly weights are pulled to zero; norms and biases are left alone."),
            minimum=0.0,
            maximum=10.0,
        ),
        Option("clip", 1.0, Message("Gradients longer than this are shortened to it."), minimum=0.01, maximum=1000.0),
        Option("class_weights", weights, CLASS_WEIGHTS, choices=("none", "sqrt", "balanced")),
        SMOOTHING,
        Option(
            "patience",
            patience,
            Message("Stop after this many passes without a better AUC on the validation part."),
            minimum=1,
            maximum=200,
        ),
    )


IMAGE_RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "baseline",
            Message("Pixels"),
            Message("Weighs the pixels of a very small picture, without a network: the bar for every other recipe."),
            (_size(28, least=8), *_shared(epochs=30, batch=64, rate=1e-3, decay=0.0, patience=10), PENALTY, COLOURS),
            neural=False,
        ),
        Recipe(
            "probe",
            Message("Probe"),
            Message("Keeps the network as it is and learns a linear head on what it sees at several depths."),
            (
                _size(192),
                VIEWS,
                *_shared(epochs=30, batch=64, rate=1e-3, decay=0.0, patience=10),
                PENALTY,
                BUDGET,
                *PICTURES,
            ),
            neural=True,
        ),
        Recipe(
            "fast",
            Message("Fast fine-tuning"),
            Message(
                "Keeps the lower blocks, computes them once for several views of a picture, and trains the upper ones."
            ),
            (
                _size(128),
                VIEWS,
                *_shared(epochs=15, batch=32, rate=5e-4, decay=0.05, patience=6),
                TRAINED,
                BUDGET,
                *PICTURES,
                HEAD,
                Option("layer_decay", 1.0, DECAY, minimum=0.1, maximum=1.0),
                DROPOUT,
                Option("mixup", 0.4, MIXUP, minimum=0.0, maximum=10.0),
            ),
            neural=True,
        ),
        Recipe(
            "lora",
            Message("Adapters (LoRA)"),
            Message("Trains small matrices beside the 1×1 convolutions and merges them in the end: all depths learn."),
            (
                _size(128),
                *_shared(epochs=10, batch=32, rate=1e-3, decay=0.05, patience=4),
                *LORA[:2],
                BUDGET,
                *PICTURES,
                HEAD,
                DROPOUT,
                Option("mixup", 0.0, MIXUP, minimum=0.0, maximum=10.0),
            ),
            neural=True,
        ),
        Recipe(
            "full",
            Message("Full fine-tuning"),
            Message("Trains every weight on pictures augmented anew in every pass: the most, at the highest cost."),
            (
                _size(128),
                *_shared(epochs=10, batch=32, rate=3e-4, decay=0.05, patience=4),
                BUDGET,
                *PICTURES,
                HEAD,
                Option("layer_decay", 0.9, DECAY, minimum=0.1, maximum=1.0),
                DROPOUT,
                Option("mixup", 0.0, MIXUP, minimum=0.0, maximum=10.0),
            ),
            neural=True,
        ),
    )
}

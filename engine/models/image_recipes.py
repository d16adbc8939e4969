"""Recipes for pictures: ways to make a classifier, each a point on the trade-off of quality, time and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.messages import Message
from engine.models import shared_options as shared
from engine.models.options import Option, Recipe

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
    16_000,
    Message("About how many pictures are shown in all: where there are many, views, passes and members are fewer."),
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
DROPOUT = Option("dropout", 0.5, shared.HEAD_DROPOUT, minimum=0.0, maximum=0.9)
STOP = Message("Stop after this many passes without a better AUC on the validation part.")
MIXUP = Message("How much pictures are blended with one another in training, against learning single ones by heart.")
PENALTY = Option(
    "penalty",
    0.02,
    Message("How strongly squared weights add to the loss: the more, the less single features decide."),
    minimum=0.0,
    maximum=1.0,
)
PICTURES = (AUGMENTATION, COLOURS, shared.PRECISION)
DECAY = Message("Each block further down learns at this share of the rate above it.")
TRAINED = Option(
    "trained_blocks",
    9,
    Message("How many upper blocks learn; those below stay as they are and are computed once."),
    minimum=1,
    maximum=200,
)

MEMBERS = Option(
    "members",
    3,
    Message(
        "The most copies of the upper blocks that learn apart and answer together: better and steadier, and an answer "
        "takes longer."
    ),
    minimum=1,
    maximum=10,
    advanced=False,
)


def within_budget(options: Mapping[str, Any], rows: int) -> dict[str, Any]:
    """Return `options` with as many views, epochs and members as the budget allows for `rows` pictures to train on."""
    if "budget" not in options:
        return dict(options)
    budget, rows = int(options["budget"]), max(1, rows)
    fewer: dict[str, Any] = {}
    if "dropout" in options:  # a probe's epochs cost nothing
        fewer["epochs"] = min(int(options["epochs"]), max(LEAST_EPOCHS, round(budget / rows)))
    if "views" in options:
        fewer["views"] = min(int(options["views"]), max(1, budget // rows))
    if "members" in options:
        # The last one may go beyond the budget; where it takes fewer passes there is one alone.
        fewer["members"] = min(int(options["members"]), budget // (rows * int(options["epochs"])) + 1)
    return {**options, **fewer}


LEAST_EPOCHS = 3
"""The rate has to rise and fall, however many pictures there are."""


def _size(pixels: int, least: int = 64) -> Option:
    meaning = Message(
        "Pixels a side that pictures are brought to: twice as many see finer detail at four times the cost."
    )
    return Option("size", pixels, meaning, minimum=least, maximum=1024, advanced=False)


def _shared(epochs: int, batch: int, rate: float, decay: float, patience: int) -> tuple[Option, ...]:
    return shared.of_classifier(
        epochs=epochs,
        batch=Option("batch", batch, shared.BATCH, minimum=1, maximum=1024),
        rate=rate,
        decay=decay,
        patience=shared.patience(patience, STOP),
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
                "Keeps the lower blocks, computes them once for several views of a picture, and trains the upper ones: "
                "where pictures are few, several copies that answer together."
            ),
            (
                _size(128),
                VIEWS,
                *_shared(epochs=15, batch=32, rate=5e-4, decay=0.05, patience=6),
                TRAINED,
                MEMBERS,
                BUDGET,
                *PICTURES,
                shared.HEAD,
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
                shared.RANK,
                shared.ALPHA,
                BUDGET,
                *PICTURES,
                shared.HEAD,
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
                shared.HEAD,
                Option("layer_decay", 0.9, DECAY, minimum=0.1, maximum=1.0),
                DROPOUT,
                Option("mixup", 0.0, MIXUP, minimum=0.0, maximum=10.0),
            ),
            neural=True,
        ),
    )
}

"""Recipes for texts: ways to make a classifier, each a point on the trade-off of quality, time and cost."""

from __future__ import annotations

from engine.messages import Message
from engine.models import shared_options as shared
from engine.models.options import Option, Recipe

MAX_TOKENS = Message("Longer texts are cut after this many tokens.")
STOP = Message("Stop after this many passes without a better macro-F1 on the validation part.")


def _shared(
    epochs: int, batch: int, rate: float, decay: float, patience: int, weights: str = "sqrt"
) -> tuple[Option, ...]:
    return shared.of_classifier(
        epochs=epochs,
        batch=Option("batch", batch, shared.BATCH, minimum=1, maximum=1024, advanced=False),
        rate=rate,
        decay=decay,
        patience=shared.patience(patience, STOP),
        weights=weights,
    )


def _encoder(pooling: str) -> tuple[Option, ...]:
    return (
        Option("max_tokens", 128, MAX_TOKENS, minimum=8, maximum=8192, advanced=False),
        Option(
            "pooling",
            pooling,
            Message(
                "What stands for a text: the mean of its tokens, or the first, which spares most of the last layer."
            ),
            choices=("mean", "first"),
        ),
        shared.PRECISION,
    )


DEEP = (
    shared.HEAD,
    Option(
        "layer_decay",
        0.9,
        Message("Each layer further down learns at this share of the rate above it."),
        minimum=0.1,
        maximum=1.0,
    ),
    Option("dropout", 0.1, shared.HEAD_DROPOUT, minimum=0.0, maximum=0.9),
    Option(
        "layer_dropout",
        0.0,
        Message("The share that is dropped within the encoder in training; each mask costs time."),
        minimum=0.0,
        maximum=0.9,
    ),
)
LORA = (
    shared.RANK,
    shared.ALPHA,
    Option(
        "targets",
        "all",
        Message("Which layers get adapters: those of attention, or all linear ones."),
        choices=("attention", "all"),
    ),
)
FAST = (
    Option(
        "trained_layers",
        3,
        Message("How many upper layers learn; those below stay as they are."),
        minimum=1,
        maximum=48,
    ),
    Option(
        "cache",
        True,
        Message("Compute the frozen layers once and keep the result in memory, if it fits."),
    ),
)
BAG = (
    Option(
        "penalty",
        4e-5,
        Message("How strongly squared weights add to the loss: the more, the less single words decide."),
        minimum=0.0,
        maximum=1.0,
    ),
    Option("max_features", 50_000, Message("The most frequent features kept."), minimum=100, maximum=1_000_000),
    Option(
        "min_rows", 2, Message("A feature is kept when it occurs in at least this many rows."), minimum=1, maximum=1000
    ),
)

TEXT_RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "baseline",
            Message("Bag of words"),
            Message(
                "Counts words and pairs of words, without a neural model: the bar that every other recipe has to clear."
            ),
            (*_shared(epochs=20, batch=128, rate=0.1, decay=0.0, patience=8, weights="balanced"), *BAG),
            neural=False,
        ),
        Recipe(
            "probe",
            Message("Probe"),
            Message(
                "Keeps the encoder as it is and learns a linear head on its sentence vectors: an answer in seconds."
            ),
            (*_shared(epochs=20, batch=32, rate=1e-3, decay=3.0, patience=8), *_encoder("mean")),
            neural=True,
        ),
        Recipe(
            "fast",
            Message("Fast fine-tuning"),
            Message(
                "Keeps the lower layers, computes them once, and trains the upper ones: "
                "nearly all of the quality in a fraction of the time."
            ),
            (*_shared(epochs=2, batch=32, rate=4e-4, decay=0.01, patience=2), *FAST, *_encoder("first"), *DEEP),
            neural=True,
        ),
        Recipe(
            "lora",
            Message("Adapters (LoRA)"),
            Message(
                "Trains small matrices beside the frozen weights and merges them at the end: little memory, full depth."
            ),
            (*_shared(epochs=4, batch=16, rate=5e-4, decay=0.01, patience=2), *LORA, *_encoder("first"), *DEEP),
            neural=True,
        ),
        Recipe(
            "full",
            Message("Full fine-tuning"),
            Message("Trains every weight: the most a backbone can give, at the highest cost."),
            (*_shared(epochs=3, batch=16, rate=2e-4, decay=0.01, patience=2), *_encoder("first"), *DEEP),
            neural=True,
        ),
    )
}

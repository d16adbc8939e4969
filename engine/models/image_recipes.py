"""Recipes for pictures: ways to make a classifier, each a point on the trade-off of quality, time and cost."""

from __future__ import annotations

from engine.messages import Message
from engine.models.options import Option, Recipe
from engine.models.text_recipes import CLASS_WEIGHTS, EPOCHS, HEAD_RATE, LORA, PRECISION, RATE

AUGMENTATIONS = ("auto", "none", "general", "ultrasound", "x-ray", "mammography", "ct", "mr", "nuclear", "fundus", "oct",
                 "endoscopy", "microscopy", "photo")  # fmt: skip
"""What pictures may undergo, by modality; "auto" is the data set's own."""
VIEWS = Option(
    "views",
    8,
    Message("Augmented views of each picture, computed once; more take longer and generalise better."),
    minimum=0,
    maximum=64,
    advanced=False,
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
DROPOUT = Option(
    "dropout", 0.3, Message("The share of the head's inputs that is dropped in training."), minimum=0.0, maximum=0.9
)
PENALTY = Option(
    "penalty",
    0.02,
    Message("How strongly squared weights add to the loss: the more, the less single features decide."),
    minimum=0.0,
    maximum=1.0,
)
DEPTH = (
    Option("head_learning_rate", 1e-3, HEAD_RATE, minimum=1e-7, maximum=1.0),
    Option(
        "layer_decay",
        0.9,
        Message("Each block further down learns at this share of the rate above it."),
        minimum=0.1,
        maximum=1.0,
    ),
)
TRAINED = Option(
    "trained_blocks",
    6,
    Message("How many upper blocks learn; those below stay as they are and are computed once."),
    minimum=1,
    maximum=200,
)


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
            Message("Weighs the pixels of a very small picture, without a network: the bar that every recipe has to clear."),
            (_size(28, least=8), *_shared(epochs=30, batch=64, rate=1e-3, decay=0.0, patience=10), PENALTY, COLOURS),
            neural=False,
        ),
        Recipe(
            "probe",
            Message("Probe"),
            Message("Keeps the network as it is and learns a linear head on what it sees at several depths."),
            (_size(192), VIEWS, *_shared(epochs=30, batch=64, rate=1e-3, decay=0.0, patience=10), PENALTY,
             AUGMENTATION, COLOURS, PRECISION),
            neural=True,
        ),
        Recipe(
            "fast",
            Message("Fast fine-tuning"),
            Message(
                "Keeps the lower blocks, computes them once for several views of each picture, and trains the upper ones."
            ),
            (_size(192), VIEWS, *_shared(epochs=12, batch=32, rate=3e-4, decay=0.05, patience=6), TRAINED,
             AUGMENTATION, COLOURS, PRECISION, *DEPTH, DROPOUT),
            neural=True,
        ),
        Recipe(
            "lora",
            Message("Adapters (LoRA)"),
            Message("Trains small matrices beside the 1×1 convolutions and merges them at the end: every depth learns."),
            (_size(192), *_shared(epochs=8, batch=32, rate=1e-3, decay=0.05, patience=4), *LORA[:2],
             AUGMENTATION, COLOURS, PRECISION, *DEPTH[:1], DROPOUT),
            neural=True,
        ),
        Recipe(
            "full",
            Message("Full fine-tuning"),
            Message("Trains every weight on pictures augmented anew in every pass: the most, at the highest cost."),
            (_size(192), *_shared(epochs=8, batch=32, rate=3e-4, decay=0.05, patience=4),
             AUGMENTATION, COLOURS, PRECISION, *DEPTH, DROPOUT),
            neural=True,
        ),
    )
}  # fmt: skip

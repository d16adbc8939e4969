"""Recipes for recommendation: ways to rank a catalogue for a history, each a point on the trade-off chart."""

from __future__ import annotations

from engine.messages import Message
from engine.models import shared_options as shared
from engine.models.options import Option, Recipe

STOP = Message("Stop after this many passes without a better nDCG on the validation part.")
WEIGHTS = Option(
    "weights",
    "auto",
    Message(
        "Whether every interaction counts the same, or each with its weight; auto: with weights where events have."
    ),
    choices=("auto", "same", "given"),
)
REFIT = Option(
    "refit", True, Message("Train once more on the validation part too, for as long as was best: twice the time.")
)


def _item_item(
    penalty: float = 400.0, users: float = 0.0, popularity: float = 0.0, features: float = 0.0
) -> tuple[Option, ...]:
    return (
        Option(
            "penalty",
            penalty,
            Message("How strongly the item-item model is held back: the more, the less rare pairs count."),
            minimum=0.1,
            maximum=1e7,
            advanced=False,
        ),
        Option(
            "features",
            features,
            Message("How much it counts that two items share a category or a word; 0: not at all."),
            minimum=0.0,
            maximum=1e4,
        ),
        Option(
            "user_power",
            users,
            Message("How much less somebody with a long history counts: 0 not at all, 1 in proportion."),
            minimum=0.0,
            maximum=2.0,
        ),
        Option(
            "popularity_power",
            popularity,
            Message("How much less a popular item of a history says: 0 not at all, 1 in proportion."),
            minimum=0.0,
            maximum=1.0,
        ),
        Option(
            "neighbours",
            200,
            Message("With more than 10,000 items, how many neighbours of each are kept."),
            minimum=1,
            maximum=1000,
        ),
        Option(
            "neighbour_power",
            0.5,
            Message("With more than 10,000 items, how much less popular neighbours count; 0.5 is the cosine."),
            minimum=0.0,
            maximum=1.0,
        ),
    )


def _squares(width: int, unobserved: float = 0.3, regularisation: float = 0.01) -> tuple[Option, ...]:
    return (
        Option("width", width, Message("Numbers that describe an item."), minimum=2, maximum=512, advanced=False),
        Option(
            "unobserved",
            unobserved,
            Message("How much it counts for the factors that somebody did not take an item."),
            minimum=1e-6,
            maximum=10.0,
        ),
        Option(
            "regularisation",
            regularisation,
            Message("How strongly the factors are held back."),
            minimum=1e-6,
            maximum=10.0,
        ),
    )


def _steps(epochs: int, rate: float, batch: int, decay: float, patience: int) -> tuple[Option, ...]:
    return (
        Option(
            "epochs",
            epochs,
            shared.EPOCHS,
            minimum=1,
            maximum=1000,
            advanced=False,
        ),
        Option(
            "learning_rate",
            rate,
            Message("How far each step moves the weights."),
            minimum=1e-6,
            maximum=1.0,
            advanced=False,
        ),
        Option("batch", batch, Message("Histories a step learns from."), minimum=1, maximum=4096),
        shared.weight_decay(decay),
        shared.patience(patience, STOP, most=1000),
        Option(
            "negatives", 500, Message("Items drawn at random that a step compares with."), minimum=10, maximum=100_000
        ),
    )


RANKING_RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "popularity",
            Message("Popularity"),
            Message("Shows everybody what most people took: the bar that every other recipe has to clear."),
            (
                Option(
                    "half_life_days",
                    0.0,
                    Message("After this many days an interaction counts half; 0: all count the same."),
                    minimum=0.0,
                    maximum=36_500.0,
                    advanced=False,
                ),
                WEIGHTS,
            ),
            neural=False,
        ),
        Recipe(
            "item_item",
            Message("Item-item, closed form"),
            Message(
                "Learns from one equation which items go together: seconds, no tuning, and hard to beat. Each "
                "recommendation says exactly which past items it comes from."
            ),
            (*_item_item(), WEIGHTS),
            neural=False,
        ),
        Recipe(
            "matrix_factorisation",
            Message("Matrix factorisation"),
            Message("Describes people and items by a few numbers each: small and quick, also with very many items."),
            (
                Option(
                    "loss",
                    "pairwise",
                    Message("What is learned: to put what was taken above what was not, or to fit both by squares."),
                    choices=("pairwise", "squares"),
                    advanced=False,
                ),
                *_squares(32, unobserved=0.5, regularisation=0.012),
                *_steps(epochs=30, rate=3e-4, batch=64, decay=0.0, patience=4),
                Option(
                    "history_power",
                    1.0,
                    Message("Long histories are divided by their length to this power, with the loss pairwise."),
                    minimum=0.0,
                    maximum=1.0,
                ),
                REFIT,
                WEIGHTS,
            ),
            neural=False,
        ),
        Recipe(
            "sequence",
            Message("Sequence transformer"),
            Message("Reads the order in which things were taken: for data with times, where the last step says most."),
            (
                *_steps(epochs=40, rate=3e-4, batch=64, decay=0.01, patience=3),
                Option("window", 200, Message("Newest items it reads."), minimum=2, maximum=2000, advanced=False),
                *_squares(32, unobserved=0.5, regularisation=0.012),
                Option("layers", 2, Message("How often items look at those before them."), minimum=1, maximum=12),
                Option("heads", 2, Message("Ways of looking, side by side."), minimum=1, maximum=16),
                Option("dropout", 0.3, Message("The share that is dropped in training."), minimum=0.0, maximum=0.9),
                Option(
                    "ahead",
                    10,
                    Message("It learns to foresee one of this many next items; 1: the very next."),
                    minimum=1,
                    maximum=1000,
                ),
                REFIT,
            ),
            neural=False,
        ),
        Recipe(
            "text",
            Message("Text-aware"),
            Message("Knows items by what is written about them, so that it can recommend what nobody has taken yet."),
            (WEIGHTS,),
            neural=True,
        ),
        Recipe(
            "blend",
            Message("Blend"),
            Message(
                "Adds up an item-item model that reads categories and words, and factors; their shares are chosen on "
                "the validation part. The best lists, at a few times the cost."
            ),
            (
                Option(
                    "tune",
                    True,
                    Message(
                        "Change penalty, regularisation and share where the validation part gains beyond its noise."
                    ),
                    advanced=False,
                ),
                Option(
                    "share",
                    1.0,
                    Message("How much the factors count beside the item-item model, where it is not chosen."),
                    minimum=0.0,
                    maximum=100.0,
                ),
                *_item_item(penalty=400.0, users=0.4, popularity=0.2, features=3.0),
                *_squares(16),
                WEIGHTS,
            ),
            neural=False,
        ),
    )
}

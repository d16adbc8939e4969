"""The options of a recipe: a name, a default, a line that says what it does."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.models.recipes import Option, Recipe
from pages.shared.frame import say
from pages.shared.i18n import tr


def draw(recipe: Recipe) -> dict[str, Any]:
    """Draw every option of `recipe`; return those that differ from their default."""
    given: dict[str, Any] = {}
    with st.expander(tr("Options"), icon=":material/tune:"):
        first = [o for o in recipe.options if not o.advanced]
        rest = [o for o in recipe.options if o.advanced]
        for group, title in ((first, ""), (rest, tr("More options"))):
            if title and group:
                st.markdown(f"**{title}**")
            with st.grid(3, min_column_width=230):
                for option in group:
                    with st.container(gap="xxsmall"):
                        value = widget(recipe, option)
                        st.caption(say(option.meaning))
                    if value != option.default:
                        given[option.name] = value
    return given


def widget(recipe: Recipe, option: Option) -> Any:
    """Draw the fitting widget and return its value."""
    key, label = f"option-{recipe.name}-{option.name}", option_name(option.name)
    if option.choices:
        return st.selectbox(label, option.choices, index=option.choices.index(str(option.default)), key=key)
    if isinstance(option.default, bool):
        return st.toggle(label, option.default, key=key)
    whole = isinstance(option.default, int)
    kind: type[int] | type[float] = int if whole else float
    return st.number_input(
        label,
        min_value=None if option.minimum is None else kind(option.minimum),
        max_value=None if option.maximum is None else kind(option.maximum),
        value=kind(option.default),
        step=1 if whole else (float(option.default) / 10 or 0.01),
        format=None if whole else "%.4g",
        key=key,
    )


def option_name(name: str) -> str:
    """Return the name of an option in the reader's language."""
    names = {
        "epochs": tr("Epochs"),
        "learning_rate": tr("Learning rate"),
        "batch": tr("Batch size"),
        "accumulate": tr("Batches a step"),
        "warmup": tr("Warm-up"),
        "weight_decay": tr("Weight decay"),
        "clip": tr("Gradient clipping"),
        "class_weights": tr("Class weights"),
        "label_smoothing": tr("Label smoothing"),
        "patience": tr("Patience (epochs)"),
        "max_tokens": tr("Longest text (tokens)"),
        "pooling": tr("Pooling"),
        "precision": tr("Number format"),
        "head_learning_rate": tr("Learning rate of the head"),
        "layer_decay": tr("Layer decay"),
        "dropout": tr("Dropout"),
        "rank": tr("Adapter rank"),
        "alpha": tr("Adapter strength (alpha)"),
        "targets": tr("Adapter targets"),
        "trained_layers": tr("Layers that learn"),
        "cache": tr("Cache the frozen layers"),
        "size": tr("Size (pixels a side)"),
        "views": tr("Views of a picture"),
        "budget": tr("Pictures shown in all"),
        "augmentation": tr("Augmentation"),
        "colours": tr("Colours"),
        "trained_blocks": tr("Blocks that learn"),
        "members": tr("Members that answer together"),
        "half_life_days": tr("Half-life (days)"),
        "weights": tr("Weights of interactions"),
        "refit": tr("Train on the validation part too"),
        "features": tr("Shared categories and words"),
        "user_power": tr("Discount of long histories"),
        "popularity_power": tr("Discount of popular items"),
        "neighbours": tr("Neighbours kept"),
        "neighbour_power": tr("Discount of popular neighbours"),
        "loss": tr("What is learned"),
        "width": tr("Width"),
        "unobserved": tr("Weight of what was not taken"),
        "regularisation": tr("Regularisation"),
        "negatives": tr("Items compared with"),
        "history_power": tr("Discount by length of history"),
        "window": tr("Items read"),
        "layers": tr("Layers"),
        "heads": tr("Heads"),
        "ahead": tr("Items foreseen"),
        "tune": tr("Choose on the validation part"),
        "share": tr("Share of the factors"),
        "penalty": tr("Penalty"),
        "max_features": tr("Features kept"),
        "min_rows": tr("Rows a feature needs"),
    }
    return names.get(name, name)

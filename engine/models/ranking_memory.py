"""Whether a recipe for recommendation fits into memory, before anything is built. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput

DENSE_ITEMS = 10_000
"""Beyond this many items an item-item matrix is kept by its strongest entries only."""
GRAPH_BYTES = 2_000_000_000
"""One ONNX file holds no more than 2 GiB."""
SHARE = 0.8
"""Of the memory that is free, the most a training may take."""
BLOCK = 256
WORST_MATRICES = 5
"""Item-item matrices that are held at once: counts, system, inverse, weights in float32, and what is in common."""
TEXT_WIDTH = 450
"""Numbers of a text vector with its categories, about."""
PER_PAIR = 120
"""Bytes of an interaction in all the forms it takes, two parts and their union included."""


@dataclass(frozen=True)
class Size:
    """How large the data is."""

    users: int
    items: int
    pairs: int
    """Different pairs of user and item."""


def needed_bytes(recipe: str, options: Mapping[str, Any], size: Size) -> int:
    """Return about how much memory `recipe` takes at its peak, on data of that size."""
    return int(PER_PAIR * size.pairs + 16 * (size.users + size.items) + NEEDED[recipe](options, size))


def graph_bytes(recipe: str, options: Mapping[str, Any], size: Size) -> int:
    """Return about how large the exported graph is."""
    return int(4 * GRAPH[recipe](options, size))


def check(recipe: str, options: Mapping[str, Any], size: Size, available_bytes: int) -> None:
    """Raise BadInput, naming the recipes that fit, when `recipe` does not."""
    if _fits(recipe, options, size, available_bytes):
        return
    fitting = [name for name in NEEDED if name != recipe and _fits(name, SMALLEST[name], size, available_bytes)]
    choices = ", ".join(fitting) or "–"
    if (file_bytes := graph_bytes(recipe, options, size)) > GRAPH_BYTES:
        raise BadInput(
            "The recipe {recipe} makes a model of {size} GiB for {items} items, and one ONNX file holds {limit} GiB at "
            "most; choose one that fits: {choices}.",
            recipe=recipe,
            size=round(file_bytes / 2**30, 1),
            items=size.items,
            limit=round(GRAPH_BYTES / 2**30, 1),
            choices=choices,
        )
    raise BadInput(
        "The recipe {recipe} needs {needed} GiB for {items} items and {users} users, and {free} GiB may be used; "
        "choose one that fits: {choices}.",
        recipe=recipe,
        needed=round(needed_bytes(recipe, options, size) / 2**30, 1),
        items=size.items,
        users=size.users,
        free=round(SHARE * available_bytes / 2**30, 1),
        choices=choices,
    )


def _fits(recipe: str, options: Mapping[str, Any], size: Size, available_bytes: int) -> bool:
    small_enough = needed_bytes(recipe, options, size) <= SHARE * available_bytes
    return small_enough and graph_bytes(recipe, options, size) <= GRAPH_BYTES


def _item_item(options: Mapping[str, Any], size: Size) -> float:
    if size.items <= DENSE_ITEMS:
        return WORST_MATRICES * 8.0 * size.items**2
    return 16.0 * BLOCK * size.items + 24.0 * size.items * float(options["neighbours"])


def _factors(options: Mapping[str, Any], size: Size) -> float:
    width = float(options["width"])
    return 4.0 * max(size.items, size.users) * width**2 + 32.0 * (size.items + size.users) * width


def _sequence(options: Mapping[str, Any], size: Size) -> float:
    logits = 12.0 * float(options["batch"] * options["window"] * options["negatives"])
    return logits + 40.0 * size.items * float(options["width"]) + _factors(options, size)


def _text(options: Mapping[str, Any], size: Size) -> float:  # noqa: ARG001 - all take the same
    return 40.0 * size.items * TEXT_WIDTH


def _item_item_graph(options: Mapping[str, Any], size: Size) -> float:
    return float(size.items**2) if size.items <= DENSE_ITEMS else 3.0 * size.items * float(options["neighbours"])


def _items(options: Mapping[str, Any], size: Size) -> float:  # noqa: ARG001 - all take the same
    return float(size.items)


def _vectors(options: Mapping[str, Any], size: Size) -> float:
    return 2.0 * size.items * float(options["width"])


def _three_vectors(options: Mapping[str, Any], size: Size) -> float:
    return 3.0 * size.items * float(options["width"])


def _text_graph(options: Mapping[str, Any], size: Size) -> float:  # noqa: ARG001 - all take the same
    return 2.0 * size.items * TEXT_WIDTH


def _both(options: Mapping[str, Any], size: Size) -> float:
    return 1.5 * _item_item(options, size) + _factors(options, size)


def _both_graphs(options: Mapping[str, Any], size: Size) -> float:
    return _item_item_graph(options, size) + _vectors(options, size)


Rule = Callable[[Mapping[str, Any], Size], float]
NEEDED: dict[str, Rule] = {
    "popularity": _items,
    "item_item": _item_item,
    "matrix_factorisation": _factors,
    "sequence": _sequence,
    "text": _text,
    "blend": _both,
}
"""Bytes at the peak of the training, beside the data."""
GRAPH: dict[str, Rule] = {
    "popularity": _items,
    "item_item": _item_item_graph,
    "matrix_factorisation": _vectors,
    "sequence": _three_vectors,
    "text": _text_graph,
    "blend": _both_graphs,
}
"""Numbers of four bytes that the graph holds."""
SMALLEST: dict[str, dict[str, Any]] = {
    "popularity": {},
    "item_item": {"neighbours": 50},
    "matrix_factorisation": {"width": 16},
    "sequence": {"batch": 16, "window": 50, "negatives": 500, "width": 32},
    "text": {},
    "blend": {"neighbours": 50, "width": 16},
}
"""The options with which a recipe is named as one that fits."""

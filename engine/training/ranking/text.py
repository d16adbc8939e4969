"""A model that knows items by what is written about them, so that it can rank items nobody has touched.

An item is a vector v: what a frozen text encoder says of its title, text and categories, its categories, and a
constant. The map M between what somebody had and what they take next is learned in one step: with G = XᵀX, its diagonal
left out because no item may explain itself, and V the items' vectors,

    M = (VᵀGV + λI)⁻¹ Vᵀ(G - diag G)V (VᵀV + μI)⁻¹

which is ridge regression of the items' joint counts on pairs of vectors. What is asked of it is whether it ranks items
that were hidden from it, so λ and μ are chosen by hiding some.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.datasets.interactions.open import Items
from engine.models.catalog import LocalBackbone
from engine.tasks.tokens import TokenEncoder
from engine.training.cache import sentence_vectors
from engine.training.device import choose_device
from engine.training.feed import token_feed
from engine.training.model import Head, TextClassifier, load_encoder_module
from engine.training.progress import Progress
from engine.training.ranking.data import Log
from engine.training.ranking.scorers import MeanFactors
from engine.training.work import forward_flops

CATEGORY_WEIGHT = 0.5
"""The length of an item's categories beside its text's vector of length 1."""
MAX_TOKENS = 64
BLOCK_USERS = 8192


@dataclass(frozen=True)
class Ridge:
    """How strongly the map is held back on the side of the history, and on the side of the candidate."""

    history: float = 100.0
    candidate: float = 1.0


def item_vectors(items: Items, backbone: LocalBackbone, progress: Progress) -> Tensor:
    """Return (I, D) float64, of what is written about each item; an item without a word is only the constant."""
    sentences = items.sentences()
    encoder = TokenEncoder(backbone.folder, max_tokens=MAX_TOKENS)
    device = choose_device("fp32")
    model = TextClassifier(load_encoder_module(backbone), Head(backbone.hidden, 1, 0.0, 0), "mean").to(device.name)
    feed = token_feed(encoder.rows(sentences), encoder.pad_id)
    flops = forward_flops(model.encoder)
    progress.total_flops += flops * feed.tokens
    text = sentence_vectors(model, feed, device, flops, progress).features.double()
    text = torch.nn.functional.normalize(text - text.mean(dim=0), dim=1)
    text[torch.from_numpy(~items.described)] = 0.0
    return torch.cat([text, _categories(items), torch.ones(len(items), 1, dtype=torch.float64)], dim=1)


def text_map(log: Log, vectors: Tensor, ridge: Ridge, progress: Progress) -> MeanFactors:
    """Return the scorer whose map fits what is in `log` best, given the items' `vectors` (I, D)."""
    width = vectors.shape[1]
    identity = torch.eye(width, dtype=torch.float64)
    people, rows = torch.zeros(width, width, dtype=torch.float64), log.by_user()
    for start in range(0, log.users, BLOCK_USERS):
        stop = min(start + BLOCK_USERS, log.users)
        summed = torch.sparse.mm(rows.block(start, stop).double(), vectors)
        people += summed.T @ summed
        progress.step(stop - start, 2.0 * (stop - start) * width**2)
    alone = vectors.T @ (torch.from_numpy(log.counts())[:, None] * vectors)
    right = vectors.T @ vectors + ridge.candidate * identity
    across = torch.linalg.solve(right, (people - alone).T).T
    mapped = torch.linalg.solve(people + ridge.history * identity, across)
    return MeanFactors(vectors @ mapped, vectors, torch.zeros(len(vectors)), power=0.0)


def hidden_items(log: Log, share: float, generator: np.random.Generator) -> np.ndarray:
    """Return (I,) bool, a share of the items that were taken, to be hidden as if nobody had touched them."""
    taken = np.flatnonzero(log.counts() > 0)
    hidden = np.zeros(log.items, dtype=bool)
    hidden[generator.choice(taken, max(1, round(share * len(taken))), replace=False)] = True
    return hidden


def _categories(items: Items) -> Tensor:
    names = sorted({c for categories in items.categories for c in categories})
    column = {name: place for place, name in enumerate(names[:1000])}
    table = torch.zeros(len(items), len(column), dtype=torch.float64)
    for row, categories in enumerate(items.categories):
        known = [column[c] for c in categories if c in column]
        if known:
            table[row, known] = CATEGORY_WEIGHT / len(known) ** 0.5
    return table

"""A small causal transformer over the order in which items were taken.

Kang and McAuley 2018, "Self-Attentive Sequential Recommendation", with the softmax over all items as loss instead of
one drawn item (Petrov and Macdonald 2023, "gSASRec", on why one is too few).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

FORBIDDEN = -1e9


class Layer(nn.Module):
    """Attention to what came before, then two products; the norm first."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_products = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mixed, self.joined = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """(B, T, D) and an additive mask (B, 1, T, T) → (B, T, D)."""
        states = states + self.dropout(self._attend(self.before_attention(states), mask))
        produced: Tensor = self.dropout(self.down(functional.gelu(self.up(self.before_products(states)))))
        return states + produced

    def _attend(self, states: Tensor, mask: Tensor) -> Tensor:
        size = states.shape
        width = states.shape[2] // self.heads
        mixed = self.mixed(states).reshape(size[0], size[1], 3, self.heads, width).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(torch.matmul(mixed[0], mixed[1].transpose(2, 3)) / math.sqrt(width) + mask, dim=3)
        together = torch.matmul(self.dropout(weights), mixed[2]).transpose(1, 2)
        return self.joined(together.reshape(size[0], size[1], -1))  # type: ignore[no-any-return]


class Sequence(nn.Module):
    """Scores the catalogue by the state after the newest item. Item vectors are shared by input and output."""

    def __init__(self, items: int, *, window: int, width: int, heads: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.items, self.window = items, window
        self.vectors = nn.Embedding(items + 1, width, padding_idx=items)
        self.places = nn.Parameter(torch.zeros(window, width))
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)
        self.bias = nn.Parameter(torch.zeros(items))
        nn.init.normal_(self.vectors.weight, std=0.02)
        nn.init.normal_(self.places, std=0.02)

    def states(self, places: Tensor) -> Tensor:
        """Return (B, T, D) for item codes (B, T), T at most the window, the newest last."""
        length = places.shape[1]
        states = self.dropout(self.vectors(places) * math.sqrt(self.vectors.embedding_dim) + self.places[-length:])
        order = torch.arange(length)
        later = (order[None, :] > order[:, None]).to(states.dtype)
        absent = (places == self.items).to(states.dtype)
        mask = (later[None, None] + absent[:, None, None, :]).clamp(max=1.0) * FORBIDDEN
        for layer in self.layers:
            states = layer(states, mask)
        return self.norm(states)  # type: ignore[no-any-return]

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:  # noqa: ARG002 - every scorer takes both
        state = self.states(places[:, -self.window :])[:, -1]
        return torch.matmul(state, self.vectors.weight[:-1].T) + self.bias


def next_loss(model: Sequence, places: Tensor, wanted: Tensor, others: Tensor | None) -> Tensor:
    """Return the mean cross-entropy of what came next.

    `wanted` (B, T) is the code that each place should lead to, `model.items` where there is none; `others` (N,) are
    items drawn at random that stand in for a large catalogue, None for all of it.
    """
    there = wanted != model.items
    states, truth = model.states(places)[there], wanted[there]
    if others is None:
        return functional.cross_entropy(states @ model.vectors.weight[:-1].T + model.bias, truth)
    own = (states * model.vectors(truth)).sum(dim=1) + model.bias[truth]
    rest = states @ model.vectors(others).T + model.bias[others]
    rest = rest.masked_fill(others[None] == truth[:, None], FORBIDDEN)
    found: Tensor = (torch.logsumexp(torch.cat([own[:, None], rest], dim=1), dim=1) - own).mean()
    return found

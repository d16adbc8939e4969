"""A small causal transformer over the order in which items were taken, on top of what needs no order.

Kang and McAuley 2018, "Self-Attentive Sequential Recommendation", with two changes. A person is the mean of what the
history gives, as in matrix factorisation and starting from its vectors, plus what attention to the order adds, which
starts at nothing: on little data the order alone ends below popularity. And a step compares with many items rather than
one (Petrov and Macdonald 2023, "gSASRec", on why one is too few).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.training.ranking.factors import Pairwise

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
    """Scores the catalogue by the mean of the history and the state after its newest item."""

    def __init__(self, start: Pairwise, *, window: int, heads: int, layers: int, dropout: float) -> None:
        """`start` holds the vectors to start from."""
        super().__init__()
        self.mean = start
        self.items, width = start.wanted.shape
        self.window = window
        scaled = _scaled(start.wanted)
        self.read = nn.Embedding(
            scaled.shape[0], scaled.shape[1], padding_idx=self.items, _weight=scaled, _freeze=False
        )
        self.places = nn.Parameter(torch.randn(window, width) * 0.02)
        self.layers = nn.ModuleList(Layer(width, heads, dropout) for _ in range(layers))
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)
        self.added = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.added.weight)

    def states(self, places: Tensor) -> Tensor:
        """Return (B, T, D), what the order adds after each place, for item codes (B, T) of at most the window."""
        length = places.shape[1]
        states = self.dropout(self.read(places) + self.places[-length:])
        order = torch.arange(length)
        later = (order[None, :] > order[:, None]).to(states.dtype)
        absent = (places == self.items).to(states.dtype)
        mask = (later[None, None] + absent[:, None, None, :]).clamp(max=1.0) * FORBIDDEN
        for layer in self.layers:
            states = layer(states, mask)
        return self.added(self.norm(states))  # type: ignore[no-any-return]

    def people(self, places: Tensor) -> Tensor:
        """Return (B, T, D), a person as they were after each place."""
        present = (places != self.items).float()
        given = functional.embedding(places, self.mean.given).cumsum(dim=1)
        count = present.cumsum(dim=1).clamp(min=1.0)[..., None]
        return given / count**self.mean.power + self.states(places)

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        person = self.mean.person(places, weights) + self.states(places[:, -self.window :])[:, -1]
        return torch.matmul(person, self.mean.wanted.T) + self.mean.bias


def next_loss(model: Sequence, places: Tensor, wanted: Tensor, others: Tensor) -> Tensor:
    """Return the mean cross-entropy of what came next among `others` (N,), items drawn evenly for the whole batch.

    `wanted` (B, T) is the code that each place should lead to, `model.items` where there is none. What a person took at
    any time is no rival: it will be masked.
    """
    people, there = model.people(places), wanted != model.items
    truth = wanted.clamp(max=model.items - 1)
    own = (people * model.mean.wanted[truth]).sum(dim=2) + model.mean.bias[truth]
    rest = people @ model.mean.wanted[others].T + model.mean.bias[others]
    taken = torch.zeros(len(places), model.items + 1, dtype=torch.bool)
    taken.scatter_(1, places, True).scatter_(1, wanted, True)
    rest = rest.masked_fill(taken[:, others][:, None], FORBIDDEN)
    both = torch.logsumexp(torch.cat([own[..., None], rest], dim=2), dim=2) - own
    return (both * there).sum() / there.sum().clamp(min=1)


def _scaled(vectors: Tensor) -> Tensor:
    """Return vectors (I + 1, D) of deviation 1, the last for padding 0."""
    found = vectors.detach() / vectors.detach().std().clamp(min=1e-9)
    return functional.pad(found, (0, 0, 0, 1))

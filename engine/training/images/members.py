"""Copies of the upper units that learn apart and answer together, as one network."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Self

import torch
from torch import Tensor, nn

from engine.training.images.model import Head, PictureClassifier, pooled, run, still_norms, taps_above


def copies(model: PictureClassifier, cut: int, heads: Sequence[Head]) -> Upper:
    """Return the units of `model` from `cut` on with the first of `heads`, and a copy of them with each other one."""
    above = [model.units[cut:], *(copy.deepcopy(model.units[cut:]) for _ in heads[1:])]
    return Upper(above, taps_above(model.taps, cut), heads)


class Upper(nn.Module):
    """What `fast` trains on what the units below the cut gave: members, each the units above it and a head.

    In training each member learns from its own share of a batch, otherwise all answer together, with the mean of their
    logits. Lakshminarayanan et al. 2017, "deep ensembles", arXiv:1612.01474.
    """

    def __init__(self, members: Iterable[nn.ModuleList], taps: tuple[int, ...], heads: Iterable[Head]) -> None:
        super().__init__()
        self.members, self.taps, self.heads = nn.ModuleList(members), taps, nn.ModuleList(heads)

    def forward(self, hidden: Tensor, below: Tensor) -> Tensor:
        """Maps at the cut (B, K, h, w) and the averages of the taps below it (B, F) → logits (B, C)."""
        if not self.training:
            return torch.stack([head(self.features(hidden, below, units)) for units, head in self.pairs]).mean(0)
        shares = zip(hidden.tensor_split(len(self.members)), below.tensor_split(len(self.members)), strict=True)
        each = zip(shares, self.pairs, strict=True)
        return torch.cat([head(self.features(*share, units)) for share, (units, head) in each])

    @property
    def pairs(self) -> list[tuple[nn.ModuleList, Head]]:
        """Each member's units with its head."""
        return list(zip(self.members, self.heads, strict=True))  # type: ignore[arg-type]

    def join(self, model: PictureClassifier, cut: int, shared: int) -> None:
        """Let `model`, whose units from `cut` on these are copies of, answer with them; one head reads all, and the
        first `shared` features, which come from below the cut, once."""
        model.units, model.members = model.units[:cut], self.members
        model.head = averaged([head for _, head in self.pairs], shared)

    def features(self, hidden: Tensor, below: Tensor, units: nn.ModuleList) -> Tensor:
        """Return what the head behind `units` reads, (B, F)."""
        tapped = run(units, hidden, self.taps)[1]
        return torch.cat([below.float(), *map(pooled, tapped)], dim=1)

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        still_norms(self)
        return self


def averaged(heads: Sequence[Head], shared: int) -> Head:
    """Return one head that answers the mean of what `heads` do; they are folded.

    Its features are the first `shared` of all heads, which are the same, and then what each one alone reads.
    """
    for head in heads:
        head.fold()
    weights = [head.linear.weight / len(heads) for head in heads]
    alone = [weight[:, shared:] for weight in weights]
    weight = torch.cat([torch.stack(weights)[:, :, :shared].sum(0), *alone], dim=1)
    found = Head(weight.shape[1], weight.shape[0], dropout=0.0, seed=0)
    with torch.no_grad():
        found.linear.weight.copy_(weight)
        found.linear.bias.copy_(torch.stack([head.linear.bias for head in heads]).mean(0))
    return found

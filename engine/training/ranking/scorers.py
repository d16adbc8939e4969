"""Modules that score the whole catalogue for a history. All take the same arguments:

    places (B, T) int64     item codes, newest last; the code after the last item stands for padding
    weights (B, T) float32  how strongly each counts, 0 for padding

and return scores (B, I). Rows of a matrix are gathered and summed: a product with a history as 0s and 1s would read the
whole matrix for every request. The weighted sum of what was gathered is one product, which reads it once.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Popularity(nn.Module):
    """The same scores for everybody."""

    popularity: Tensor

    def __init__(self, scores: Tensor) -> None:
        """`scores` (I,)."""
        super().__init__()
        self.register_buffer("popularity", scores.float())

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:  # noqa: ARG002 - every scorer takes both
        return weights[:, :1] * 0.0 + self.popularity


class ItemItem(nn.Module):
    """The sum of a row of a dense item-item matrix for each item of the history."""

    matrix: Tensor

    def __init__(self, matrix: Tensor) -> None:
        """`matrix` (I, I): row i is what having item i says for every item. A row of zeros is added for padding."""
        super().__init__()
        self.register_buffer("matrix", functional.pad(matrix.float(), (0, 0, 0, 1)))

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        return torch.matmul(weights[:, None], functional.embedding(places, self.matrix))[:, 0]


class Neighbours(nn.Module):
    """The same where a dense matrix would be too large: only the strongest entries of each row are kept."""

    ids: Tensor
    strengths: Tensor

    def __init__(self, ids: Tensor, strengths: Tensor) -> None:
        """`ids` (I, M) int64 and `strengths` (I, M): the neighbours of each item; I stands for no neighbour."""
        super().__init__()
        self.items = len(ids)
        self.register_buffer("ids", functional.pad(ids, (0, 0, 0, 1), value=self.items))
        self.register_buffer("strengths", functional.pad(strengths.float(), (0, 0, 0, 1)))

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        rows = places.shape[0]
        ids = torch.index_select(self.ids, 0, places.reshape(-1)).reshape(rows, -1)
        strengths = (functional.embedding(places, self.strengths) * weights[..., None]).reshape(rows, -1)
        empty = (weights[:, :1] * 0.0).expand(-1, self.items + 1)
        return empty.scatter_add(1, ids, strengths)[:, : self.items]


class FoldedFactors(nn.Module):
    """Factors of alternating least squares; a person's vector is solved for from the history, as training does.

    Rendle et al. 2022, "Revisiting the Performance of iALS on Item Recommendation Benchmarks", equations 4 to 7: with
    the vectors q of the history's items, u = (Σ w q qᵀ + α Q ᵀQ + λ(n + α I) I)⁻¹ Σ w q. A graph has no solver, so the
    inverse is found by conjugate gradients, preconditioned with the part that no history changes.
    """

    vectors: Tensor
    common: Tensor
    preconditioner: Tensor

    def __init__(self, vectors: Tensor, unobserved: float, regularisation: float, steps: int) -> None:
        """`vectors` (I, D); `unobserved` is α and `regularisation` λ."""
        super().__init__()
        items, width = vectors.shape
        self.per_item, self.steps = regularisation, steps
        common = unobserved * vectors.T @ vectors + regularisation * unobserved * items * torch.eye(width)
        typical = common + 10 * regularisation * torch.eye(width)
        self.register_buffer("vectors", functional.pad(vectors.float(), (0, 0, 0, 1)))
        self.register_buffer("common", common.float())
        self.register_buffer("preconditioner", torch.linalg.inv(typical.double()).float())

    def person(self, places: Tensor, weights: Tensor) -> Tensor:
        """Return the vector (B, D) of each history."""
        known = functional.embedding(places, self.vectors)
        weighted = known * weights[..., None]
        count = (weights > 0).to(weights.dtype).sum(dim=1)[:, None, None]
        identity = torch.eye(self.common.shape[0], dtype=known.dtype)
        system = torch.matmul(known.transpose(1, 2), weighted) + self.common + self.per_item * count * identity
        return self._solve(system, weighted.sum(dim=1)[..., None])[..., 0]

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        return torch.matmul(self.person(places, weights), self.vectors[:-1].T)

    def _solve(self, system: Tensor, right: Tensor) -> Tensor:
        found = torch.matmul(self.preconditioner, right)
        residual = right - torch.matmul(system, found)
        direction = ready = torch.matmul(self.preconditioner, residual)
        size = (residual * ready).sum(dim=1, keepdim=True)
        for _ in range(self.steps):
            ahead = torch.matmul(system, direction)
            length = size / ((direction * ahead).sum(dim=1, keepdim=True) + 1e-30)
            found = found + length * direction
            residual = residual - length * ahead
            ready = torch.matmul(self.preconditioner, residual)
            grown = (residual * ready).sum(dim=1, keepdim=True)
            direction = ready + grown / (size + 1e-30) * direction
            size = grown
        return found


class MeanFactors(nn.Module):
    """A person is the sum of what the history's items give, over a power of their number; a product ranks."""

    given: Tensor
    wanted: Tensor
    bias: Tensor

    def __init__(self, given: Tensor, wanted: Tensor, bias: Tensor, power: float) -> None:
        """`given` and `wanted` (I, D): an item as part of a history and as a candidate; `bias` (I,)."""
        super().__init__()
        self.power = power
        self.register_buffer("given", functional.pad(given.float(), (0, 0, 0, 1)))
        self.register_buffer("wanted", wanted.float())
        self.register_buffer("bias", bias.float())

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        count = weights.sum(dim=1, keepdim=True).clamp(min=1e-6)
        person = (functional.embedding(places, self.given) * weights[..., None]).sum(dim=1) / count**self.power
        return torch.matmul(person, self.wanted.T) + self.bias


class Blend(nn.Module):
    """The weighted sum of several scorers, each brought to mean 0 and deviation 1 over the catalogue first."""

    shares: Tensor

    def __init__(self, scorers: Sequence[nn.Module], shares: Sequence[float]) -> None:
        super().__init__()
        self.scorers = nn.ModuleList(scorers)
        self.register_buffer("shares", torch.tensor(list(shares), dtype=torch.float32))

    def forward(self, places: Tensor, weights: Tensor) -> Tensor:
        parts = [self.shares[i] * standardised(s(places, weights)) for i, s in enumerate(self.scorers)]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


def standardised(scores: Tensor) -> Tensor:
    """Return each row of `scores` (B, I) with mean 0 and deviation 1."""
    centred = scores - scores.mean(dim=1, keepdim=True)
    deviation = (centred * centred).mean(dim=1, keepdim=True).sqrt()
    return centred / (deviation + 1e-9)

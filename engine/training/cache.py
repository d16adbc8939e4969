"""What frozen layers give, computed once: hidden states a token for `fast`, one vector a text for `probe`."""

from __future__ import annotations

from dataclasses import replace

import psutil
import torch
from torch import Tensor, nn

from engine.tasks.text_classification import batches
from engine.training.device import Device
from engine.training.feed import Feed, Vectors
from engine.training.model import TextClassifier
from engine.training.progress import Progress
from engine.training.split import Lower, Upper

BATCH = 32
MEMORY_SHARE = 0.5
"""Of the memory that is free, the most that kept activations may take."""


class Recomputed(nn.Module):
    """The whole encoder with its lower layers frozen: what `fast` trains when the activations do not fit in memory."""

    def __init__(self, lower: Lower, upper: Upper, dtype: torch.dtype) -> None:
        super().__init__()
        self.upper = upper
        self._lower = [lower]  # in a list: its dropout stays off and its weights are not trained
        self._dtype = dtype

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T), (B, T) → logits (B, C)."""
        lower = self._lower[0].eval()
        with torch.no_grad():
            hidden = lower(input_ids, attention_mask).to(self._dtype)
        self.upper.train(self.training)
        return self.upper(hidden, attention_mask)  # type: ignore[no-any-return]


def kept_dtype(device: Device) -> torch.dtype:
    """Return the type activations are kept in: that of the products that read them."""
    return torch.bfloat16 if device.bf16 else torch.float32


def fits_in_memory(tokens: int, hidden: int, dtype: torch.dtype) -> bool:
    """Return whether `tokens` hidden states fit into the share of free memory they may take."""
    return tokens * hidden * dtype.itemsize < MEMORY_SHARE * psutil.virtual_memory().available


def hidden_states(lower: Lower, feed: Feed, hidden: int, device: Device, flops: float, progress: Progress) -> Feed:
    """Return a feed of what `lower` gives for each token of `feed`; its batches are (hidden (B, T, H), mask (B, T))."""
    lower.eval()
    kept = torch.empty(feed.tokens, hidden, dtype=kept_dtype(device))
    lengths = feed.lengths
    with torch.inference_mode(), device.autocast():
        for rows in batches(lengths, BATCH):
            ids, mask = feed.batch(rows, device.name)
            states = lower(ids, mask)[mask.bool()].to(kept.dtype).cpu()
            places = [torch.arange(int(feed.offsets[r]), int(feed.offsets[r + 1])) for r in rows]
            kept[torch.cat(places)] = states
            progress.step(len(rows), flops * float(lengths[rows].sum()))
    return replace(feed, columns=(kept,), pads=(0.0,))


def sentence_vectors(model: TextClassifier, feed: Feed, device: Device, flops: float, progress: Progress) -> Vectors:
    """Return the pooled vector of every text of `feed`, as the frozen encoder gives it."""
    model.eval()
    lengths, found, order = feed.lengths, [], []
    with torch.inference_mode(), device.autocast():
        for rows in batches(lengths, BATCH):
            found.append(model.features(*feed.batch(rows, device.name)).float().cpu())
            order.append(torch.from_numpy(rows))
            progress.step(len(rows), flops * float(lengths[rows].sum()))
    vectors = torch.cat(found)
    placed = torch.empty_like(vectors)
    placed[torch.cat(order)] = vectors
    return Vectors(placed.clone())

"""A last layer that works out one token instead of all of them.

When the first token alone stands for the text, the last layer needs keys and values of every token, and everything
else (the query, the output, the feed-forward part) for that one: a sixth of the layer's work, in training as in
serving.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

TOLERANCE = 1e-4


class FirstTokenLayer(nn.Module):
    """A BERT-type layer, (B, T, H) → (B, 1, H). Its parameters have the names they had, so weights load either way."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.attention = layer.attention
        self.intermediate = layer.intermediate
        self.output = layer.output

    def forward(self, hidden_states: Tensor, attention_mask: Tensor | None = None, *_: Any, **__: Any) -> Tensor:
        """(B, T, H) and a mask (B, 1, T, T) or (B, 1, 1, T), true or zero where a token counts → (B, 1, H)."""
        inner: Any = self.attention.self
        first = hidden_states[:, :1]
        mixed = scaled_dot_product_attention(
            self._heads(inner.query(first)),
            self._heads(inner.key(hidden_states)),
            self._heads(inner.value(hidden_states)),
            attn_mask=None if attention_mask is None else attention_mask[:, :, :1],
            dropout_p=float(inner.dropout.p) if self.training else 0.0,
        )
        attended = self.attention.output(mixed.transpose(1, 2).flatten(2), first)
        return self.output(self.intermediate(attended), attended)  # type: ignore[no-any-return]

    def _heads(self, projected: Tensor) -> Tensor:
        """(B, T, H) → (B, heads, T, H / heads)."""
        size = int(self.attention.self.attention_head_size)
        return projected.view(*projected.shape[:2], -1, size).transpose(1, 2)


def shorten(encoder: nn.Module, layers: nn.ModuleList) -> bool:
    """Replace the last of `layers` by one for the first token, where that gives the same; return whether it did."""
    last, was = layers[-1], encoder.training
    encoder.eval()
    with torch.inference_mode():
        whole = _first(encoder)
        try:
            layers[-1] = FirstTokenLayer(last)
            same = bool(torch.allclose(_first(encoder), whole, atol=TOLERANCE, rtol=TOLERANCE))
        except (AttributeError, TypeError, RuntimeError, ValueError):
            same = False
    if not same:
        layers[-1] = last
    encoder.train(was)
    return same


def _first(encoder: nn.Module) -> Tensor:
    """Return the last hidden state of the first token of a small batch with padding."""
    ids = torch.arange(32).reshape(2, 16) % 7 + 1
    mask = (torch.arange(16) < torch.tensor([[16], [9]])).long()
    return encoder(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]  # type: ignore[no-any-return]

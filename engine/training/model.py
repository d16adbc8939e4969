"""The torch side of text classification: an encoder with a pooled linear head, and a linear bag of words."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.models.catalog import LocalBackbone
from engine.training.streams import torch_seed


class Head(nn.Module):
    """A linear layer on a sentence vector, with dropout in training."""

    def __init__(self, hidden: int, classes: int, dropout: float, seed: int) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(hidden, classes)
        generator = torch.Generator().manual_seed(torch_seed(seed, "head"))
        nn.init.normal_(self.linear.weight, std=0.02, generator=generator)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor) -> Tensor:
        """(B, H) → logits (B, C), in full precision."""
        return self.linear(self.dropout(features.to(self.linear.weight.dtype)))  # type: ignore[no-any-return]


class TextClassifier(nn.Module):
    """A pre-trained encoder, pooled, with a linear head."""

    def __init__(self, encoder: nn.Module, head: Head, pooling: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.pooling = pooling

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T) int64 and (B, T) int64 → logits (B, C) float32."""
        return self.head(self.features(input_ids, attention_mask))  # type: ignore[no-any-return]

    def features(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """(B, T), (B, T) → sentence vectors (B, H)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask, return_dict=True).last_hidden_state
        return pool(hidden, attention_mask, self.pooling)


class BagClassifier(nn.Module):
    """One weight a term and class: logits are the weighted sum of the rows of the terms that occur."""

    def __init__(self, vocabulary_size: int, classes: int) -> None:
        super().__init__()
        self.terms = nn.Parameter(torch.zeros(vocabulary_size, classes))
        self.bias = nn.Parameter(torch.zeros(classes))

    def forward(self, input_ids: Tensor, weights: Tensor) -> Tensor:
        """(B, T) int64 and (B, T) float32 → logits (B, C)."""
        return (self.terms[input_ids] * weights.unsqueeze(-1)).sum(1) + self.bias


def pool(hidden: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """Return one vector a text, (B, H) float32, of hidden states (B, T, H) and mask (B, T): "mean" or "first" token."""
    if pooling == "first":
        return hidden[:, 0].float()
    weights = mask.unsqueeze(-1).float()
    return (hidden.float() * weights).sum(1) / weights.sum(1).clamp(min=1.0)


def load_encoder_module(backbone: LocalBackbone, *, dropout: float = 0.0) -> nn.Module:
    """Return the pre-trained encoder in `backbone.folder`, in float32, without code from that folder being run.

    `dropout` replaces that of its own configuration in every layer.

    Raises BadInput when transformers cannot build it or when it is no encoder.
    """
    with quiet_transformers():
        from transformers import AutoModel

        try:
            model: Any = AutoModel.from_pretrained(
                backbone.folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                weights_only=True,
                dtype=torch.float32,
                **_without_pooler(backbone),
            )
        except (OSError, ValueError, KeyError, RuntimeError, TypeError, AttributeError) as error:
            raise BadInput(
                "The backbone {backbone} cannot be loaded ({error}); choose an encoder that transformers knows, with "
                "config.json, tokenizer.json and model.safetensors.",
                backbone=backbone.id,
                error=str(error).splitlines()[0][:200],
            ) from error
    if getattr(model.config, "is_encoder_decoder", False):
        raise BadInput(
            "The backbone {backbone} is no encoder; choose one such as BERT or MiniLM.", backbone=backbone.id
        )
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return model  # type: ignore[no-any-return]


def hidden_size(encoder: nn.Module) -> int:
    """Return the width of the encoder's hidden states."""
    config: Any = encoder.config
    return int(getattr(config, "hidden_size", 0) or getattr(config, "dim", 0))


def _without_pooler(backbone: LocalBackbone) -> dict[str, bool]:
    """BERT's pooler is not used by our pooling; leaving it out keeps it from the graph and from weight decay."""
    from transformers import AutoConfig, BertConfig, RobertaConfig

    config = AutoConfig.from_pretrained(backbone.folder, local_files_only=True, trust_remote_code=False)
    return {"add_pooling_layer": False} if isinstance(config, BertConfig | RobertaConfig) else {}


@contextlib.contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep transformers' progress bars and its notes about heads that are left out from the worker's output."""
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    before = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        transformers.utils.logging.set_verbosity(before)

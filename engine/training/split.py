"""Cut an encoder in two between layers, so that what lies below is computed once and what lies above is trained."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.training.model import Head, TextClassifier, hidden_size, pool

TOLERANCE = 1e-4


class _ReachedError(Exception):
    """Carries the hidden states out of the forward pass at the cut."""

    def __init__(self, hidden: Tensor) -> None:
        self.hidden = hidden


class _Given(nn.Module):
    """Stands in for the embeddings above the cut: hands on the hidden states it is given."""

    def forward(self, *args: Any, **kwargs: Any) -> Tensor:
        values = (*args, *kwargs.values())
        return next(v for v in values if isinstance(v, Tensor) and v.is_floating_point() and v.dim() == 3)


class Lower(nn.Module):
    """Embeddings and the lower layers: (B, T), (B, T) → hidden states (B, T, H)."""

    def __init__(self, encoder: nn.Module, first_above: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self._first_above = [first_above]  # in a list, so that it is not counted as a second submodule

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        def stop(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            raise _ReachedError(args[0] if args else kwargs["hidden_states"])

        handle = self._first_above[0].register_forward_pre_hook(stop, with_kwargs=True)
        try:
            self.encoder(input_ids=input_ids, attention_mask=attention_mask)
        except _ReachedError as reached:
            return reached.hidden
        finally:
            handle.remove()
        raise RuntimeError("the first layer above the cut was never called")


class Upper(nn.Module):
    """The upper layers, pooling and head: (B, T, H), (B, T) → logits (B, C). Shares its weights with the whole."""

    def __init__(self, encoder: nn.Module, head: Head, pooling: str) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.pooling = pooling

    def forward(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        out = self.encoder(inputs_embeds=hidden, attention_mask=attention_mask, return_dict=True)
        return self.head(pool(out.last_hidden_state, attention_mask, self.pooling))  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Split:
    """Both halves of one classifier."""

    lower: Lower
    upper: Upper
    layers: nn.ModuleList
    """The layers above the cut, lowest first."""


def layers_of(encoder: nn.Module) -> tuple[str, nn.ModuleList] | None:
    """Return the path and the list of an encoder's layers, or None when none is as long as its configuration says."""
    config: Any = encoder.config
    count = getattr(config, "num_hidden_layers", None) or getattr(config, "n_layers", None)
    lists = [(n, m) for n, m in encoder.named_modules() if isinstance(m, nn.ModuleList) and len(m) == count]
    return lists[0] if lists else None


def split(model: TextClassifier, trained_layers: int) -> Split:
    """Return `model` cut below its `trained_layers` upper layers; the halves share its weights.

    That both halves in turn give what the whole gives is checked on a small batch. Raises BadInput when the encoder
    has fewer layers or cannot be cut, naming the recipes that fit.
    """
    found = layers_of(model.encoder)
    if found is None:
        raise _cannot_cut()
    path, layers = found
    if trained_layers >= len(layers):
        raise BadInput(
            "trained_layers is {value} and the encoder has {layers} layers; give {most} or less, or choose the recipe "
            "full.",
            value=trained_layers,
            layers=len(layers),
            most=len(layers) - 1,
        )
    above = nn.ModuleList(layers[len(layers) - trained_layers :])
    try:
        shell = _replaced(model.encoder, path, above)
        shell = _replaced(shell, _embeddings_path(model.encoder), _Given())
        halves = Split(Lower(model.encoder, above[0]), Upper(shell, model.head, model.pooling), above)
        same = _same(model, halves)
    except (RuntimeError, TypeError, AttributeError, ValueError, KeyError, StopIteration) as error:
        raise _cannot_cut() from error
    if not same:
        raise _cannot_cut()
    return halves


def frozen_modules(model: TextClassifier, halves: Split) -> Iterator[nn.Parameter]:
    """Yield every parameter of the encoder below the cut."""
    trained = {id(p) for p in halves.layers.parameters()}
    yield from (p for p in model.encoder.parameters() if id(p) not in trained)


def _embeddings_path(encoder: nn.Module) -> str:
    for name in ("embeddings", "embed_tokens"):
        if isinstance(getattr(encoder, name, None), nn.Module):
            return name
    raise _cannot_cut()


def _replaced(module: nn.Module, path: str, new: nn.Module) -> nn.Module:
    """Return a copy of `module` that shares every weight, with the submodule at `path` replaced by `new`."""
    name, _, rest = path.partition(".")
    shell = copy.copy(module)
    shell._modules = dict(module._modules)
    inner = shell._modules[name]
    shell._modules[name] = _replaced(inner, rest, new) if rest and inner is not None else new
    return shell


def _same(model: TextClassifier, halves: Split) -> bool:
    """Return whether cut and whole agree on a batch with padding."""
    width = 16
    ids = torch.arange(2 * width).reshape(2, width) % 7 + 1
    mask = (torch.arange(width) < torch.tensor([[width], [width // 2]])).long()
    was = model.training
    model.eval(), halves.upper.eval()
    with torch.inference_mode():
        whole = model(ids, mask)
        cut = halves.upper(halves.lower(ids, mask), mask)
    model.train(was)
    return whole.shape == cut.shape and bool(torch.allclose(whole, cut, atol=TOLERANCE, rtol=TOLERANCE))


def _cannot_cut() -> BadInput:
    return BadInput(
        "This encoder cannot be cut between its layers, which the recipe {recipe} needs; choose {choices}.",
        recipe="fast",
        choices="probe, lora, full",
    )


__all__ = ["Lower", "Split", "Upper", "frozen_modules", "hidden_size", "layers_of", "split"]

"""The smaller and faster form of an exported fp32 graph for processors: int8. Needs no torch.

int8 is static: see `engine.training.integers`. Texts of the training part fix its scales, and even the activations out
beforehand; see `engine.training.smooth`.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from engine.training.integers import Scale, Seen, compute_in_integers, look, whole_weights
from engine.training.row_by_row import compute_row_by_row
from engine.training.smooth import (
    LEAST,
    activations,
    constant_products,
    drop_unused,
    is_narrowing,
    narrow_embeddings,
    smooth,
)

FAST_DOT_PRODUCTS = ("avx512_vnni", "avx_vnni", "amx_int8")


@dataclass(frozen=True)
class Care:
    """What of a model's narrowing products, which suffer most from int8, is computed more exactly.

    Those that int8 harms most come first; None is all.
    """

    fine: int | None = 0
    """How many get two int8 numbers a weight, which costs a second product."""
    spared: int | None = 0
    """How many stay in fp32."""


@dataclass(frozen=True)
class Prepared:
    """A graph that is ready for int8: evened out, and typical texts seen."""

    model: Any
    seen: Mapping[str, Seen]
    batch: Mapping[str, np.ndarray]
    """Some of the typical texts."""

    @cached_property
    def narrowing(self) -> Sequence[str]:
        """Names of the narrowing products, the one first that int8 harms most; found when first asked for."""
        return most_inexact(self.model, [self.batch])

    def worst(self, count: int | None) -> Sequence[str]:
        """Return the names of `count` narrowing products, None for all."""
        return () if count == 0 else self.narrowing[:count]


def prepare(fp32: Path, batches: Iterable[Mapping[str, np.ndarray]]) -> Prepared:
    """Return the graph `fp32` with its activations evened out; `batches` are encoded inputs of typical texts."""
    import onnx

    model = onnx.load(fp32)
    # Shapes noted by the exporter contradict those of quantised tensors.
    del model.graph.value_info[:]
    compute_row_by_row(model)
    batches = list(batches)
    reach = smooth(model, batches)
    narrow_embeddings(model)
    return Prepared(model, look(model, batches, reach), batches[0])


def write_int8(prepared: Prepared, out: Path, care: Care = Care()) -> bool:
    """Write a prepared graph with int8 weights to `out`; return whether any matrix product runs in int8."""
    import onnx

    model = onnx.ModelProto()
    model.CopyFrom(prepared.model)
    kept, fine = prepared.worst(care.spared), prepared.worst(care.fine)
    most = 127 if sums_without_overflow() else 63
    products = compute_in_integers(model, prepared.seen, kept=kept, fine=fine, most=most)
    drop_unused(model)
    onnx.save(model, out)
    return products > 0


def sums_without_overflow() -> bool:
    """Return whether this processor adds int8 products exactly.

    x86 before VNNI adds pairs of products in 16 bits and saturates; weights of 7 bits avoid that at some accuracy.
    """
    if platform.machine().lower() not in {"x86_64", "amd64", "i686"}:
        return True
    flags = Path("/proc/cpuinfo")
    return flags.exists() and any(name in flags.read_text() for name in FAST_DOT_PRODUCTS)


def most_inexact(model: Any, batches: Iterable[Mapping[str, np.ndarray]]) -> list[str]:
    """Return the names of the narrowing products, the one first whose result int8 changes most on `batches`."""
    from onnx import numpy_helper

    weights, found = constant_products(model)
    products = [node for nodes in found.values() for node in nodes]
    matrices = {n.name: numpy_helper.to_array(weights[n.input[1]]) for n in products}
    inputs = {n.name: n.input[0] for n in products if is_narrowing(matrices[n.name])}
    errors = dict.fromkeys(inputs, 0.0)
    for values in activations(model, list(inputs.values()), batches):
        for name, tensor in inputs.items():
            errors[name] = max(errors[name], int8_error(values[tensor], matrices[name]))
    return sorted(errors, key=lambda name: -errors[name])


def int8_error(values: np.ndarray, matrix: np.ndarray) -> float:
    """Return how far int8 takes `values` (N, K) times `matrix` (K, M) from the truth, as a share of its length.

    Values get one scale from their least to their greatest, weights one a column, as in the graph.
    """
    integers, steps = whole_weights(matrix, most=127)
    exact = values @ matrix
    found = Scale.of(float(values.min()), float(values.max())).rounded(values) @ (integers * steps)
    return float(np.linalg.norm(found - exact) / max(float(np.linalg.norm(exact)), LEAST))

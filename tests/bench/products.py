"""How far the encoder's int8 products are from the most int8 arithmetic this machine does, in alternating rounds.

Each shape is a graph of one node, the operator of the served graph (`engine.training.integers`), timed alone. The
machine's limit is the fastest product of all, large square ones in that operator and in oneDNN's, as torch calls it,
among them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import psutil

from tests.bench import common, peers

ROUNDS = 5 if common.SHORT else 40
SIDES = (512,) if common.SHORT else (512, 1024, 2048)
BATCH = 16
TOKENS = 32
"""About the tokens of a sentence; a batch of the service has 16 rows."""
Timed = Callable[[], object]


def one_node(rows: int, inner: int, outer: int, threads: int) -> Timed:
    """Return what multiplies (rows, inner) uint8 by constant (inner, outer) int8, scales, and adds a bias."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    from engine.serving.sessions import session_options
    from engine.training.integers import DOMAIN, PRODUCT

    draw = np.random.default_rng(0)
    constants = {
        "weights": draw.integers(-127, 128, (inner, outer)).astype(np.int8),
        "step": np.float32(0.01),
        "steps": np.full(outer, 0.01, dtype=np.float32),
        "zero": np.uint8(100),
        "shift": np.zeros(outer, dtype=np.float32),
    }
    node = helper.make_node(
        PRODUCT, ["whole", "weights", "step", "steps", "zero", "", "shift"], ["product"], domain=DOMAIN
    )
    graph = helper.make_graph(
        [node],
        "product",
        [helper.make_tensor_value_info("whole", TensorProto.UINT8, [rows, inner])],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, [rows, outer])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(DOMAIN, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), session_options(threads), providers=["CPUExecutionProvider"]
    )
    whole = {"whole": draw.integers(0, 256, (rows, inner)).astype(np.uint8)}
    return lambda: session.run(None, whole)


def in_torch(side: int) -> Timed:
    """Return what multiplies two int8 matrices (side, side) into int32, with oneDNN."""
    import torch

    draw = torch.Generator().manual_seed(0)
    a, b = (torch.randint(-127, 128, (side, side), dtype=torch.int8, generator=draw) for _ in range(2))
    return lambda: torch._int_mm(a, b)


def shapes() -> dict[tuple[int, int, int], int]:
    """Return the products (rows, inner, outer) of the default encoder on one batch, and how often each occurs."""
    from transformers import AutoConfig

    config: Any = AutoConfig.from_pretrained(peers.encoder())
    rows, hidden, wide, layers = BATCH * TOKENS, config.hidden_size, config.intermediate_size, config.num_hidden_layers
    found: Counter[tuple[int, int, int]] = Counter()
    found[rows, hidden, hidden] += 4 * layers  # query, key, value and what comes of attention
    found[rows, hidden, wide] += layers
    found[rows, wide, hidden] += layers
    return dict(found)


def rates(timed: dict[str, tuple[Timed, float]]) -> dict[str, float]:
    """Return name → operations a second of the fastest round; each round runs everyone once."""
    best = dict.fromkeys(timed, float("inf"))
    for turn in range(ROUNDS + 1):
        for name, (run, _) in timed.items():
            started = time.perf_counter()
            run()
            if turn:  # the first one warms up
                best[name] = min(best[name], time.perf_counter() - started)
    return {name: operations / best[name] for name, (_, operations) in timed.items()}


def main() -> None:
    import torch

    threads = psutil.cpu_count(logical=False) or 1
    torch.set_num_threads(threads)
    before, counts = common.noise(), shapes()
    layers = {f"{m} × {k} × {n}": (one_node(m, k, n, threads), 2.0 * m * k * n) for m, k, n in counts}
    squares = {f"ONNX Runtime, {s}³": (one_node(s, s, s, threads), 2.0 * s**3) for s in SIDES}
    squares |= {f"oneDNN, {s}³": (in_torch(s), 2.0 * s**3) for s in SIDES}
    found = rates(layers | squares)
    limit = max(found, key=lambda name: found[name])
    work = {name: count * layers[name][1] for name, count in zip(layers, counts.values(), strict=True)}
    whole = sum(work.values()) / sum(work[name] / found[name] for name in work) / found[limit]
    print(f"\n{threads} threads; {ROUNDS} alternating rounds, the fastest of each; processor noise {before:.0%}")
    common.table(
        ["int8 product", "10⁹ operations/s", "share of the limit"],
        [[name, rate / 1e9, f"{rate / found[limit]:.0%}"] for name, rate in found.items()],
    )
    print(f"The limit is {limit}. All products of the encoder together run at {whole:.0%} of it.")
    common.save(
        "products",
        {"threads": threads, "operations_per_s": found, "limit": limit, "share_of_limit": whole, "noise": before},
    )


if __name__ == "__main__":
    main()

"""int8 ONNX against torch on the same sentences, tokenising included, in alternating rounds: a transformers `pipeline`
and the model run eagerly in batches of like length, in fp32 and in bf16, each at its best batch size."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tests.bench import common, eager, peers
from tests.bench.eager import Answer

ROUNDS = 1 if common.SHORT else 5
SENTENCES = 100 if common.SHORT else 1000
WARM_UP = 32


def ours(onnx: Path, threads: int) -> dict[str, Answer]:
    """Return name → what labels texts with the models in an attempt's onnx folder."""
    from engine.serving.runtime import Classifier

    def answers(classifier: Classifier) -> Answer:
        return lambda texts: [classifier.labels[i] for i in classifier.probabilities(texts).argmax(-1)]

    return {
        name: answers(Classifier.load(onnx / name, threads=threads))
        for name in ("int8", "fp32")
        if (onnx / name).exists()
    }


def candidates(onnx: Path, theirs: Path, texts: Sequence[str]) -> dict[str, Answer]:
    """Return name → what labels texts, all with as many threads; `theirs` is a folder of transformers."""
    from engine.training.device import has_bf16

    cores = psutil.cpu_count(logical=False) or 1
    eagers: list[Callable[[], Mapping[str, Answer]]] = [lambda: eager.eagers(theirs, "fp32", cores)]
    if has_bf16("cpu"):
        eagers.append(lambda: eager.eagers(theirs, "bf16", cores))
    pipelines = eager.pipelines(theirs)
    found = {**ours(onnx, cores), "pipeline": pipelines["pipeline"], **eager.fastest(pipelines, texts)}
    for ways in eagers:
        found |= eager.fastest(ways(), texts)
    return found


def measure(answers: Mapping[str, Answer], texts: list[str], truth: list[str]) -> dict[str, dict[str, float]]:
    """Return name → sentences a second (median round) and accuracy; each round asks everyone once."""
    seconds: dict[str, list[float]] = {name: [] for name in answers}
    said: dict[str, list[str]] = {}
    for answer in answers.values():
        answer(texts[:WARM_UP])
    for _ in range(ROUNDS):
        for name, answer in answers.items():
            started = time.perf_counter()
            said[name] = answer(texts)
            seconds[name].append(time.perf_counter() - started)
    return {
        name: {
            "sentences_per_second": len(texts) / float(np.median(took)),
            "accuracy": float(np.mean([a == b for a, b in zip(said[name], truth, strict=True)])),
        }
        for name, took in seconds.items()
    }


def compared(found: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Return how many times as fast as each other int8 is, and what accuracy it loses against fp32; print the gist."""
    rates = {name: f["sentences_per_second"] for name, f in found.items()}
    speedups = {name: rates["int8"] / rate for name, rate in rates.items()}
    drop = found["fp32"]["accuracy"] - found["int8"]["accuracy"]
    for kind in ("pipeline", "torch"):
        best = max((name for name in rates if name.startswith(kind)), key=lambda name: rates[name])
        print(f"int8 is {speedups[best]:.2f} times as fast as {best}")
    print(f"{drop * 100:+.2f} points of accuracy lost to int8")
    return {"speedups": speedups, "accuracy_drop": drop}


def main() -> None:
    rows, source = common.sentences()
    home = common.OUT / "workspace"
    train, test = common.held_out(rows, SENTENCES)
    report = common.fine_tune(home, train, test, "fast")
    before, texts = common.noise(), list(test["text"])
    answers = candidates(Path(report["folder"]) / "onnx", peers.trained(home, report), texts)
    found = measure(answers, texts, list(test["label"]))
    print(f"\n{len(test)} held-out sentences, {source}; {ROUNDS} alternating rounds; processor noise {before:.0%}")
    common.table(
        ["what", "sentences/s", "accuracy"], [[n, f["sentences_per_second"], f["accuracy"]] for n, f in found.items()]
    )
    result: dict[str, Any] = {"source": source, "sentences": len(test), "found": found, "noise": before}
    result |= {"gate": report["gate"]}
    if "int8" in found:
        result |= compared(found)
    else:
        print(f"int8 was refused: {report['gate']['reason']}")
    common.save("serving", result)


if __name__ == "__main__":
    main()

"""int8 ONNX against transformers' `pipeline` on the same sentences, tokenising included, in alternating rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from tests.bench import common, peers

ROUNDS = 1 if common.SHORT else 5
SENTENCES = 100 if common.SHORT else 1000
BATCH = 32
Answer = Callable[[Sequence[str]], list[str]]


def candidates(ours: Path, theirs: Path) -> dict[str, Answer]:
    """Return name → what labels texts. `ours` is an attempt's onnx folder, `theirs` a folder of transformers."""
    from transformers import pipeline

    from engine.serving.runtime import Classifier

    cores = psutil.cpu_count(logical=False) or 1
    peer = pipeline("text-classification", model=str(theirs), device="cpu")
    loaded = {name: Classifier.load(ours / name, threads=cores) for name in ("int8", "fp32") if (ours / name).exists()}

    def answers(classifier: Classifier) -> Answer:
        return lambda texts: [classifier.labels[i] for i in classifier.probabilities(texts).argmax(-1)]

    return {
        **{name: answers(classifier) for name, classifier in loaded.items()},
        "pipeline": lambda texts: [a["label"] for a in peer(list(texts))],
        f"pipeline, batch {BATCH}": lambda texts: [a["label"] for a in peer(list(texts), batch_size=BATCH)],
    }


def measure(answers: dict[str, Answer], texts: list[str], truth: list[str]) -> dict[str, dict[str, float]]:
    """Return name → sentences a second (median round) and accuracy; each round asks everyone once."""
    seconds: dict[str, list[float]] = {name: [] for name in answers}
    said: dict[str, list[str]] = {}
    for answer in answers.values():
        answer(texts[:BATCH])
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


def main() -> None:
    rows, source = common.sentences()
    home = common.OUT / "workspace"
    train, test = common.held_out(rows, SENTENCES)
    report = common.fine_tune(home, train, test, "fast")
    before = common.noise()
    found = measure(
        candidates(Path(report["folder"]) / "onnx", peers.trained(home, report)),
        list(test["text"]),
        list(test["label"]),
    )
    print(f"\n{len(test)} held-out sentences, {source}; {ROUNDS} alternating rounds; processor noise {before:.0%}")
    common.table(
        ["what", "sentences/s", "accuracy"], [[n, f["sentences_per_second"], f["accuracy"]] for n, f in found.items()]
    )
    result: dict[str, Any] = {"source": source, "sentences": len(test), "found": found, "noise": before}
    if "int8" in found:
        speedups = {n: found["int8"]["sentences_per_second"] / f["sentences_per_second"] for n, f in found.items()}
        drop = found["fp32"]["accuracy"] - found["int8"]["accuracy"]
        print(
            f"int8 is {speedups['pipeline']:.1f} times the pipeline, {drop * 100:+.2f} points of accuracy lost to int8"
        )
        result |= {"speedups": speedups, "accuracy_drop": drop}
    else:
        print(f"int8 was refused: {report['gate']['reason']}")
    common.save("serving", result)


if __name__ == "__main__":
    main()

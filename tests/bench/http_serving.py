"""What HTTP and batching add to the model itself, how other servers do it, and what happens at twice the capacity.

Turn by turn, the same sentences: the model in this process, our service over it, and each peer, alone on the machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import read_json
from engine.serving.runtime import Classifier
from tests.bench import common, http_servers, peers, wrk
from tests.bench.http_servers import Running, Server

ROUNDS = 1 if common.SHORT else 3
SECONDS = 3 if common.SHORT else 12
SINGLES = 40 if common.SHORT else 400
CLIENTS = 64
SENTENCES_A_REQUEST = 8
DEADLINE_S = 1.0
OVERLOAD = 2.0
LEAST = 10
"""Answers that a figure is taken of at least."""
DOUBLINGS = 6
"""How often a server is given twice the time to give them."""
SAME = 0.02
"""How far a peer's probabilities may be from ours; it pads a batch otherwise."""
COLUMNS = ("per_s", "processor_ms", "p99_ms", "singles_per_s", "singles_p99_ms", "p50_ms")
Found = dict[str, Any]


def groups(texts: Sequence[str], each: int) -> list[list[str]]:
    """Return the texts cut into requests."""
    return [list(texts[i : i + each]) for i in range(0, len(texts) - each + 1, each)]


def in_process(model: Classifier, texts: Sequence[str]) -> Found:
    """Return the median latency of one text, and texts a second of the list, in this process."""
    singles_ms = []
    for text in islice(cycle(texts), SINGLES):
        began = time.perf_counter()
        model.probabilities([text])
        singles_ms.append((time.perf_counter() - began) * 1e3)
    done, began, worked = 0, time.perf_counter(), time.process_time()
    while (took := time.perf_counter() - began) < SECONDS:
        model.probabilities(texts)
        done += len(texts)
    worked = time.process_time() - worked
    return {"p50_ms": float(np.median(singles_ms)), "per_s": done / took, "processor_ms": worked * 1e3 / done}


def over_http(server: Running, texts: Sequence[str]) -> Found:
    """Return the latency that one client sees, and sentences a second of many clients with several or one a request."""
    several, single = ([server.server.body(group) for group in groups(texts, n)] for n in (SENTENCES_A_REQUEST, 1))
    wrk.closed(server.url, several, clients=CLIENTS, seconds=SECONDS / 4)
    server.settle()
    one, _ = answered(server, single, 1, SECONDS / 2)
    many, processor_ms = answered(server, several, CLIENTS, SECONDS)
    alone, _ = answered(server, single, CLIENTS, SECONDS)
    return {
        "p50_ms": one.p50_ms,
        "per_s": many.per_s * SENTENCES_A_REQUEST,
        "processor_ms": processor_ms / SENTENCES_A_REQUEST,
        "p99_ms": many.p99_ms,
        "singles_per_s": alone.per_s,
        "singles_p99_ms": alone.p99_ms,
        "refused": one.refused + many.refused + alone.refused,
    }


def answered(server: Running, bodies: Sequence[Any], clients: int, seconds: float) -> tuple[wrk.Closed, float]:
    """Return what so many clients saw and the milliseconds of processor time an answer.

    A server that has not answered each of them yet gets more time.
    """
    for _ in range(DOUBLINGS):
        before = server.processor_s()
        found = wrk.closed(server.url, bodies, clients=clients, seconds=seconds)
        worked = server.processor_s() - before
        server.settle()
        if found.answers >= max(clients, LEAST):
            return found, worked * 1e3 / found.answers
        seconds *= 2
    raise SystemExit(f"{server.server.name} gave {found.answers} answers to {clients} clients in {seconds / 2:.0f} s.")


def overload(server: Running, texts: Sequence[str], capacity_per_s: float) -> Found:
    """Return what becomes of requests that come twice as fast as they can be answered, each with a deadline."""
    deadline = {"parameters": {"timeout": int(DEADLINE_S * 1e6)}}
    bodies = [{**server.server.body(group), **deadline} for group in groups(texts, SENTENCES_A_REQUEST)]
    wanted = OVERLOAD * capacity_per_s / SENTENCES_A_REQUEST
    seen = wrk.opened(server.url, bodies, per_second=wanted, within_s=DEADLINE_S, seconds=SECONDS)
    server.settle()
    return {"wanted_per_s": wanted, **vars(seen)}


def turn(model: Classifier, ours: Server, others: Sequence[Server], texts: list[str]) -> dict[str, Found]:
    """Return one round: name → what was measured, each alone on the machine, and the overload of ours."""
    found = {"in process": in_process(model, texts)}
    for server in (ours, *others):
        with http_servers.running(server) as running:
            check(running, model, texts[:SENTENCES_A_REQUEST], same=server.same_model)
            found[server.name] = over_http(running, texts)
            if server is ours:
                found["overload"] = overload(running, texts, found[server.name]["per_s"])
        print({server.name: found[server.name]}, flush=True)
    return found


def check(running: Running, model: Classifier, texts: list[str], *, same: bool) -> None:
    """Raise AssertionError unless the server answers as the model does; of another model, with as many classes."""
    said, expected = np.array(running.ask(texts)), model.probabilities(texts)
    assert said.shape == expected.shape, (running.server.name, said.shape)
    assert not same or np.abs(said - expected).max() < SAME, (running.server.name, said - expected)


def medians(rounds: Sequence[dict[str, Found]]) -> dict[str, Found]:
    """Return name → the median of each figure over the rounds; counts by status are summed."""
    found: dict[str, Found] = {}
    for name in rounds[0]:
        of = [r[name] for r in rounds]
        found[name] = {key: float(np.median([one[key] for one in of])) for key in of[0] if key != "by_status"}
    counts = [r["overload"]["by_status"] for r in rounds]
    found["overload"]["by_status"] = {
        s: sum(c.get(s, 0) for c in counts) for s in sorted({s for c in counts for s in c})
    }
    return found


def ratios(rounds: Sequence[dict[str, Found]], ours: str, others: Sequence[str]) -> dict[str, float]:
    """Return what the issue asks for: the medians over the rounds of what was measured within one round."""

    def median(of: Any) -> float:
        return float(np.median([of(r) for r in rounds]))

    return {
        "HTTP adds to one request, ms": median(lambda r: r[ours]["p50_ms"] - r["in process"]["p50_ms"]),
        "share of in-process sentences/s": median(lambda r: r[ours]["per_s"] / r["in process"]["per_s"]),
        "share, single sentences": median(lambda r: r[ours]["singles_per_s"] / r["in process"]["per_s"]),
        **{f"times {name}": median(lambda r, n=name: r[ours]["per_s"] / r[n]["per_s"]) for name in others},
        **{
            f"times {name}, single sentences": median(
                lambda r, n=name: r[ours]["singles_per_s"] / r[n]["singles_per_s"]
            )
            for name in others
        },
    }


def models(texts_and_labels: Any) -> tuple[Path, Path, Path, list[str]]:
    """Return (workspace, folder of the precision served, folder for a pipeline, sentences); trained when missing."""
    train, test = common.held_out(texts_and_labels, 1000)
    home = Path(os.environ.get("BENCH_HOME", common.OUT / "workspace"))
    if "BENCH_HOME" in os.environ:
        attempt = max((home / "runs").glob("*/attempts/*/onnx")).parent
    else:
        attempt = Path(common.fine_tune(home, train, test, "fast")["folder"])
    report = read_json(attempt / "report.json")
    return home, attempt / "onnx" / report.get("served", "int8"), peers.trained(home, report), list(test["text"])


def main() -> None:
    wrk.need()
    rows, source = common.sentences()
    home, folder, pipeline, texts = models(rows)
    before = common.noise()
    model = Classifier.load(folder)
    model.probabilities(texts[:CLIENTS])
    ours, others = http_servers.ours(home, folder.parts[-5]), http_servers.peers(folder, pipeline)
    rounds = [turn(model, ours, others, texts) for _ in range(ROUNDS)]
    found, names = medians(rounds), [server.name for server in others]
    compared = ratios(rounds, ours.name, names)
    show(found, compared, [ours.name, *names])
    print(f"{len(texts)} sentences, {source}, {folder.name}; {ROUNDS} rounds, medians; processor noise {before:.0%}")
    result = {"source": source, "precision": folder.name, "found": found, "ratios": compared, "rounds": rounds}
    common.save("http_serving", {**result, "noise": before})


def show(found: dict[str, Found], compared: dict[str, float], servers: Sequence[str]) -> None:
    """Print the tables."""
    print(f"\n{CLIENTS} clients with {SENTENCES_A_REQUEST} sentences a request or one, and one client with one")
    alone = found["in process"]
    common.table(
        ["server", "sentences/s", "processor ms each", "p99 ms", "single/s", "p99 ms", "one client, p50 ms"],
        [
            ["in process", alone["per_s"], alone["processor_ms"], "", "", "", alone["p50_ms"]],
            *([name, *(found[name][column] for column in COLUMNS)] for name in servers),
        ],
    )
    print()
    common.table(["ratio", "median of the rounds"], list(compared.items()))
    seen = found["overload"]
    print(
        f"\nAt {OVERLOAD:g} times the capacity ({seen['wanted_per_s']:.0f} requests/s wanted, {seen['sent_per_s']:.0f} "
        f"sent), deadline {DEADLINE_S * 1e3:.0f} ms: answers by status {seen['by_status']}; accepted "
        f"{seen['accepted_per_s'] * SENTENCES_A_REQUEST:.0f} sentences/s, p50 {seen['p50_ms']:.0f} ms, p99 "
        f"{seen['p99_ms']:.0f} ms, longest {seen['longest_ms']:.0f} ms"
    )


if __name__ == "__main__":
    main()

"""The dashboard's and the command line's way to the inference service: a plain client of its HTTP API."""

from __future__ import annotations

import base64
import math
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_exponential,
)

from engine.config import Settings
from engine.errors import BadInput, BreakevenError, Failure, NotFound
from engine.messages import Message
from engine.serving.own_key import OwnKey
from engine.serving.tensors import MAX_IMAGE_CHARACTERS
from engine.tasks.explain import WordWeight, occlusion

ROWS_AT_ONCE = 1000
PICTURES_AT_ONCE = 8
"""The most pictures in a request; large ones are fewer, so that the service takes it."""
SCORED_AT_ONCE = 16
"""Histories that the scores of the whole catalogue are asked for."""
ANSWER_SECONDS = 120.0
START_SECONDS = 10.0
"""How long a request waits for a service that is starting."""
RETRIED = (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""The service was starting or restarting. Asking twice changes nothing, so it is safe to ask again."""
LATER = {429, 503}
"""The service has too much to do, or is about to stop."""
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a server binds to these, a client cannot ask them


@dataclass(frozen=True)
class Answers:
    """The model's answers to N texts."""

    labels: tuple[str, ...]
    """The C classes in the order of the columns."""
    probabilities: np.ndarray
    """(N, C) float64."""
    latency_ms: float
    """From the request to the answer, tokenising included."""
    provider: str
    """The execution provider that computed it."""
    precision: str

    @property
    def answers(self) -> tuple[str, ...]:
        """The most probable class of each text."""
        return tuple(self.labels[i] for i in self.probabilities.argmax(axis=1))


@dataclass(frozen=True)
class Recommendations:
    """The model's lists for N histories."""

    lists: tuple[tuple[tuple[str, float], ...], ...]
    """For each history (item id, score), best first; what is in the history is not in its list."""
    latency_ms: float
    """From the request to the answer, encoding included."""
    provider: str
    precision: str


class InferenceClient:
    """A client that keeps its connections; any thread may use it."""

    def __init__(self, settings: Settings, *, start_seconds: float = START_SECONDS) -> None:
        host = ANY_ADDRESS.get(settings.host, settings.host)
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{settings.inference_port}"
        # The service is on this machine: a proxy of the environment must not be asked.
        # Compressing would only cost time.
        plain = {"accept-encoding": "identity"}
        self._http = httpx.Client(
            base_url=self.url, timeout=ANSWER_SECONDS, trust_env=False, headers=plain, auth=OwnKey(settings)
        )
        # Whoever forgets to close it leaves no open sockets behind.
        self._close = weakref.finalize(self, self._http.close)
        self._start_seconds = start_seconds
        self._labels: dict[str, tuple[str, ...]] = {}

    def ready(self) -> bool:
        """Return whether the service answers and can take requests. Never raises."""
        try:
            return self._http.get("/v2/health/ready", timeout=2.0).status_code == 200
        except httpx.HTTPError:
            return False

    def state(self) -> dict[str, Any] | None:
        """Return the service's own account of itself (pid, memory_mib, models, …), or None when it does not answer."""
        try:
            answer = self._http.get("/v2/health/state", timeout=2.0)
            found = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def predict(self, run_id: str, texts: Sequence[str]) -> Answers:
        """Return the answers of a finished run. Raises NotFound, BadInput or Failure with the service's sentence."""
        return self._classes(run_id, "text", _requests(texts, ROWS_AT_ONCE))

    def predict_pictures(self, run_id: str, pictures: Sequence[bytes]) -> Answers:
        """Return the answers of a finished run to picture files. Raises as `predict`."""
        return self._classes(run_id, "image", _requests(_base64(pictures), PICTURES_AT_ONCE, MAX_IMAGE_CHARACTERS))

    def heat_map(self, run_id: str, picture: bytes) -> np.ndarray:
        """Return (C, h, w): what each place of a picture adds to each class, as the model's own maps say."""
        answer = self._infer(run_id, "image", _base64([picture]), "maps")
        found = answer["outputs"][0]
        return np.asarray(np.array(found["data"], dtype=np.float32).reshape(found["shape"])[0])

    def _classes(self, run_id: str, name: str, requests: Sequence[list[str]]) -> Answers:
        labels = self._labels.get(run_id) or self._labels_of(run_id)
        began = time.perf_counter()
        pieces = [self._infer(run_id, name, values, "probabilities") for values in requests]
        took_ms = (time.perf_counter() - began) * 1e3
        facts = pieces[-1]["parameters"] if pieces else {"provider": "", "precision": ""}
        arrays = [np.array(p["outputs"][0]["data"]).reshape(p["outputs"][0]["shape"]) for p in pieces]
        probabilities = np.concatenate(arrays) if arrays else np.empty((0, len(labels)))
        return Answers(labels, probabilities, took_ms, facts["provider"], facts["precision"])

    def explain(self, run_id: str, text: str) -> list[WordWeight]:
        """Return how much each word of `text` moved the answer, by leaving it out and asking again."""
        return occlusion(lambda texts: self.predict(run_id, texts).probabilities, text)

    def recommend(self, run_id: str, histories: Sequence[Sequence[str]], k: int) -> Recommendations:
        """Return the `k` best items for each history of item ids, the newest last. Raises as `predict`.

        A model returns at most as many items as its graph was exported for; ids it does not know are passed over.
        """
        began = time.perf_counter()
        pieces = [
            self._infer_lists(run_id, histories[i : i + ROWS_AT_ONCE]) for i in range(0, len(histories), ROWS_AT_ONCE)
        ]
        took_ms = (time.perf_counter() - began) * 1e3
        facts = pieces[-1]["parameters"] if pieces else {"provider": "", "precision": ""}
        lists = tuple(found[:k] for piece in pieces for found in _lists(piece))
        return Recommendations(lists, took_ms, facts["provider"], facts["precision"])

    def infer(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request of the protocol, asked of an endpoint or a run. Raises as `predict`."""
        return self._ask("POST", f"/v2/models/{name}/infer", dict(request))

    def load(self, name: str) -> None:
        """Have the service take up what changed in an endpoint. Raises Failure with why it answers as before."""
        self._ask("POST", f"/v2/repository/models/{name}/load")

    def all_scores(self, run_id: str, histories: Sequence[Sequence[str]]) -> np.ndarray:
        """Return (N, I): the score of every item of the catalogue after each history, also of what is in it.

        Columns are in the order of the data set's items. Raises as `predict`.
        """
        pieces = [
            self._infer_lists(run_id, histories[i : i + SCORED_AT_ONCE], ("all_scores",))["outputs"][0]
            for i in range(0, len(histories), SCORED_AT_ONCE)
        ]
        return np.concatenate([np.array(p["data"], dtype=np.float64).reshape(p["shape"]) for p in pieces])

    def close(self) -> None:
        """Close the connections; a client that is not used any more does so by itself."""
        self._close()

    def _labels_of(self, run_id: str) -> tuple[str, ...]:
        found = self._ask("GET", f"/v2/models/{run_id}")
        self._labels[run_id] = tuple(found["parameters"]["labels"])
        return self._labels[run_id]

    def _infer(self, run_id: str, name: str, values: list[str], output: str) -> dict[str, Any]:
        tensor = {"name": name, "shape": [len(values)], "datatype": "BYTES", "data": values}
        request = {"inputs": [tensor], "outputs": [{"name": output}]}
        return self._ask("POST", f"/v2/models/{run_id}/infer", request)

    def _infer_lists(
        self, run_id: str, histories: Sequence[Sequence[str]], outputs: Sequence[str] = ("items", "scores")
    ) -> dict[str, Any]:
        width = max(1, *map(len, histories))
        padded = [item for history in histories for item in (*history, *[""] * (width - len(history)))]
        history = {"name": "history", "shape": [len(histories), width], "datatype": "BYTES", "data": padded}
        request = {"inputs": [history], "outputs": [{"name": name} for name in outputs]}
        return self._ask("POST", f"/v2/models/{run_id}/infer", request)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        attempts = Retrying(
            retry=retry_if_exception_type(RETRIED) | retry_if_result(lambda found: found.status_code in LATER),
            retry_error_callback=_last,
            stop=stop_after_delay(self._start_seconds),
            wait=wait_exponential(0.05, max=1.0),
        )
        try:
            answer = attempts(self._http.request, method, path, json=body)
        except httpx.HTTPError as error:
            raise Failure(
                "The inference service does not answer at {url} ({reason}); wait a moment, or start it with "
                "`python -m engine serve`.",
                url=self.url,
                reason=str(error) or type(error).__name__,
            ) from error
        if answer.status_code >= 400:
            raise _error_of(answer)
        found: dict[str, Any] = answer.json()
        return found


def _last(state: RetryCallState) -> httpx.Response:
    """Return the last answer, or raise what the last attempt did."""
    assert state.outcome is not None
    found: httpx.Response = state.outcome.result()
    return found


def _base64(files: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(file).decode("ascii") for file in files]


def _requests(values: Sequence[str], most: int, most_characters: float = math.inf) -> list[list[str]]:
    """Return the values in groups that the service takes at once; one that is too long alone is left to refuse."""
    groups: list[list[str]] = []
    characters = 0
    for value in values:
        if not groups or len(groups[-1]) == most or characters + len(value) > most_characters:
            groups.append([])
            characters = 0
        groups[-1].append(value)
        characters += len(value)
    return groups


def _lists(piece: dict[str, Any]) -> list[tuple[tuple[str, float], ...]]:
    """Return the lists of one answer, without their empty places."""
    outputs = {o["name"]: np.array(o["data"], dtype=object).reshape(o["shape"]) for o in piece["outputs"]}
    return [
        tuple((str(i), float(s)) for i, s in zip(items, scores, strict=True) if i != "")
        for items, scores in zip(outputs["items"], outputs["scores"], strict=True)
    ]


def _error_of(answer: httpx.Response) -> BreakevenError:
    """Return the service's error as one of ours, its sentence kept so that a page can translate it."""
    kind: type[BreakevenError] = NotFound if answer.status_code == 404 else BadInput
    if answer.status_code >= 500:
        kind = Failure
    try:
        data = answer.json()
        return kind(Message.from_json(data["message"]) if "message" in data else Message("{text}", text=data["error"]))
    except (ValueError, KeyError, TypeError):
        return Failure("The inference service answered with status {status}.", status=answer.status_code)

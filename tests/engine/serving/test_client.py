from __future__ import annotations

import threading

import numpy as np
import pytest

from engine.config import Settings
from engine.errors import BadInput, Failure, NotFound
from engine.serving.client import InferenceClient
from tests.engine.serving.conftest import LABELS, RUN_ID, TEXTS, free_port


def test_many_clients_get_their_own_answers(service: Settings) -> None:
    client = InferenceClient(service)
    alone = {text: client.predict(RUN_ID, [text]).probabilities[0] for text in TEXTS}
    wrong: list[str] = []

    def ask(text: str) -> None:
        for _ in range(10):
            row = client.predict(RUN_ID, [text]).probabilities[0]
            # int8 in company is not bit by bit what it is alone: the nearest answer is the text's own.
            if min(TEXTS, key=lambda t: float(np.abs(row - alone[t]).max())) != text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(text,)) for text in TEXTS * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_client_predicts_and_explains(service: Settings) -> None:
    client = InferenceClient(service)
    found = client.predict(RUN_ID, [*TEXTS] * 300)
    assert found.labels == LABELS
    assert found.probabilities.shape == (1200, 3)
    assert found.answers[0] in LABELS
    assert found.provider == "CPUExecutionProvider"
    assert found.precision == "int8"
    assert found.latency_ms > 0
    assert client.predict(RUN_ID, []).probabilities.shape == (0, 3)
    words = client.explain(RUN_ID, "Profit rose today")
    assert [w.word for w in words] == ["Profit", "rose", "today"]
    assert any(w.weight for w in words)


def test_the_clients_errors_are_the_services_sentences(service: Settings) -> None:
    client = InferenceClient(service)
    with pytest.raises(NotFound) as error:
        client.predict("nothing", ["a"])
    assert error.value.message.values["name"] == "nothing"
    with pytest.raises(BadInput, match="characters"):
        client.predict(RUN_ID, ["a" * 200_000])


def test_a_service_that_is_not_there_is_one_sentence() -> None:
    client = InferenceClient(Settings(inference_port=free_port()), start_seconds=0.2)
    assert not client.ready()
    assert client.state() is None
    with pytest.raises(Failure, match="does not answer"):
        client.predict(RUN_ID, ["a"])

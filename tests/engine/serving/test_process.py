"""The dashboard's watch over the inference process."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import Failure
from engine.serving.client import InferenceClient
from engine.serving.process import InferenceProcess
from tests.engine.serving.conftest import RUN_ID, free_port, wait_for


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home, inference_port=free_port(), threads=1)


def test_a_killed_process_is_started_again_and_stop_ends_it(settings: Settings) -> None:
    process, client = InferenceProcess(settings), InferenceClient(settings)
    process.start()
    try:
        wait_for(client.ready)
        first = process.pid
        assert first is not None
        assert (process.memory_mib() or 0) > 10
        assert client.predict(RUN_ID, ["profit rose"]).probabilities.shape == (1, 3)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: process.pid not in (None, first) and client.ready())
        assert process.restarts == 1
        assert client.predict(RUN_ID, ["profit rose"]).probabilities.shape == (1, 3)
    finally:
        process.stop()
    assert process.pid is None
    assert not client.ready()


def test_one_that_already_serves_the_workspace_is_used_and_left_alone(settings: Settings) -> None:
    first, client = InferenceProcess(settings), InferenceClient(settings)
    first.start()
    try:
        wait_for(client.ready)
        second = InferenceProcess(settings)
        second.start()
        assert second.pid == first.pid
        assert second.memory_mib()
        second.stop()
        assert client.ready()
    finally:
        first.stop()


def test_a_port_of_another_program_is_one_sentence(settings: Settings, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", settings.inference_port)):
        process = InferenceProcess(settings)
        with pytest.raises(Failure, match="is used by another program"):
            process.start()
        process.stop()


def test_a_service_of_another_workspace_is_not_used(service: Settings, tmp_path: Path) -> None:
    process = InferenceProcess(Settings(home=tmp_path, inference_port=service.inference_port))
    with pytest.raises(Failure, match="is used by another program"):
        process.start()
    process.stop()

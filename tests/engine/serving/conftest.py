"""A workspace with one published run, made by the real export and gate from a tiny encoder; and services over it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import torch
from hypothesis import settings as hypothesis_settings
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import nn
from transformers import BertConfig, BertModel

from engine.config import REPOSITORY, Settings
from engine.files import sha256_file, write_json
from engine.jobs.runs import RunSpec, create_run
from engine.serving.client import InferenceClient
from engine.tasks.text_classification import TokenEncoder
from engine.training.export import export

# The same examples in every run, and none kept on disk.
hypothesis_settings.register_profile("breakeven", database=None, deadline=None, derandomize=True)
hypothesis_settings.load_profile("breakeven")
WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *["profit", "rose", "fell", "the", "company", "will", "close", "plants", "sales", "grew", "by", "today"],
)
LABELS = ("negative", "neutral", "positive")
RUN_ID = "01KAN5DQ7W3Y8ZJ4T2V6R9XBCD"
TEXTS = ("Profit rose today.", "Sales fell by the plants the company will close.", "", "The company grew 会社 🎉")


class TinyClassifier(nn.Module):
    """A two-layer encoder with a mean over tokens and a linear head."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.head = nn.Linear(32, len(LABELS))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).float()
        pooled: torch.Tensor = self.head(4 * (hidden * mask).sum(1) / mask.sum(1))
        return pooled


@dataclass
class Trained:
    """What export needs of a trained model."""

    module: nn.Module
    encoder: TokenEncoder
    temperature: float = 1.5

    def logits(self, texts: Any) -> np.ndarray:
        inputs = self.encoder.encode(texts)
        with torch.inference_mode():
            return np.asarray(self.module(*(torch.from_numpy(inputs[n]) for n in self.encoder.inputs)))


def tiny_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


@pytest.fixture(scope="session")
def trained() -> Trained:
    return Trained(TinyClassifier().eval(), TokenEncoder(tiny_tokenizer(), labels=LABELS, max_tokens=32))


@pytest.fixture(scope="session")
def exported(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return export(trained, tmp_path_factory.mktemp("exported") / "onnx", TEXTS)


@pytest.fixture(scope="session")
def home(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose one run is published; tests of the service share it."""
    home = tmp_path_factory.mktemp("serving") / "workspace"
    publish_run(home, trained)
    return home


def publish_run(home: Path, trained: Trained, run_id: str = RUN_ID) -> Path:
    """Make a published run in the workspace and return its attempt's folder."""
    spec = RunSpec(
        run_id=run_id,
        created_at="2026-11-22T00:00:00.000Z",
        kind="finetune",
        scenario="finance_sentiment",
        recipe="full",
    )
    run = create_run(Settings(home=home).workspace.runs, spec)
    attempt = run.new_attempt()
    export(trained, attempt.onnx, TEXTS)
    write_json(attempt.report_file, {"schema_version": 1, "run_id": run_id, "served": "int8"})
    files = sorted(p for p in attempt.folder.rglob("*") if p.is_file())
    run.publish(attempt, {p.relative_to(attempt.folder).as_posix(): sha256_file(p) for p in files})
    return attempt.folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what `condition` gives once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


@contextmanager
def running_service(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m engine serve` until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "serve"],
        cwd=REPOSITORY,
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


@contextmanager
def served(settings: Settings) -> Iterator[InferenceClient]:
    """Run the service as its own process until the block ends, and yield a client of it once it answers."""
    with running_service(settings) as process:
        client = InferenceClient(settings)
        wait_for(lambda: client.ready() or process.poll() is not None)
        assert process.poll() is None
        yield client
        client.close()


def alone(home: Path) -> Settings:
    """Return settings for a service over `home` that nobody else asks."""
    return Settings(home=home, inference_port=free_port(), threads=1)


@pytest.fixture(scope="session")
def service(home: Path) -> Iterator[Settings]:
    """The settings of a service that runs as its own process."""
    settings = alone(home)
    with served(settings):
        yield settings


@pytest.fixture
def http(service: Settings) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{service.inference_port}", trust_env=False) as client:
        yield client

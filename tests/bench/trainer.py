"""The peer: transformers' Trainer on the same encoder, as its users run it. A process of its own, told what by JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

BATCH = 16


def train(train_csv: Path, test_csv: Path, backbone: Path, out: Path, epochs: float) -> dict[str, Any]:
    """Fine-tune with the Trainer's defaults, batch 16; return seconds, accuracy and macro-F1 on the test file.

    The first clock runs over tokenising and training; the second over loading transformers and the encoder and over
    saving the model as well.
    """
    import torch

    began = time.perf_counter()
    from sklearn.metrics import accuracy_score, f1_score
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    rows, held_out = pd.read_csv(train_csv), pd.read_csv(test_csv)
    labels = sorted(rows["label"].unique())
    tokenizer = AutoTokenizer.from_pretrained(backbone)
    model = AutoModelForSequenceClassification.from_pretrained(
        backbone,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={v: k for k, v in enumerate(labels)},
    )

    def encoded(frame: pd.DataFrame) -> Any:
        tokens = tokenizer(list(frame["text"]), truncation=True, max_length=128)
        truth = [labels.index(label) for label in frame["label"]]
        return [{**{k: v[i] for k, v in tokens.items()}, "labels": truth[i]} for i in range(len(frame))]

    arguments = TrainingArguments(
        output_dir=str(out / "checkpoints"),
        per_device_train_batch_size=BATCH,
        num_train_epochs=epochs,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
    )
    started = time.perf_counter()
    trainer = Trainer(
        model=model, args=arguments, train_dataset=encoded(rows), data_collator=DataCollatorWithPadding(tokenizer)
    )
    trainer.train()
    seconds = time.perf_counter() - started
    model.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")
    whole = time.perf_counter() - began
    predicted = np.asarray(trainer.predict(encoded(held_out)).predictions).argmax(-1)
    truth = [labels.index(label) for label in held_out["label"]]
    return {
        "seconds": seconds,
        "accuracy": float(accuracy_score(truth, predicted)),
        "macro_f1": float(f1_score(truth, predicted, average="macro")),
        "with_loading_and_saving": whole,
    }


if __name__ == "__main__":
    train_csv, test_csv, backbone, out, epochs = sys.argv[1:]
    print(json.dumps(train(Path(train_csv), Path(test_csv), Path(backbone), Path(out), float(epochs))))

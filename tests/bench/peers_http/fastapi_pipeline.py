"""FastAPI around transformers' `pipeline`, as a first version of a service is usually written."""

from __future__ import annotations

import os
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from transformers import pipeline

BATCH = 32
classifier: Any = pipeline("text-classification", model=os.environ["PEER_MODEL"], device="cpu", top_k=None)
labels = [label for _, label in sorted(classifier.model.config.id2label.items())]
app = FastAPI()


class Texts(BaseModel):
    texts: list[str]


@app.post("/classify")
def classify(asked: Texts) -> dict[str, list[list[float]]]:
    found = []
    for scores in classifier(asked.texts, batch_size=BATCH):
        by_label = {score["label"]: score["score"] for score in scores}
        found.append([by_label[label] for label in labels])
    return {"probabilities": found}

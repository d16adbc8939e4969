"""BentoML over the ONNX file, its adaptive batching on: requests that come together are computed together."""

# BentoML reads the annotations of an API as types, so they are not strings here.
import bentoml

from tests.bench.peers_http.onnx_model import BATCH_ROWS, WORKERS, OnnxModel

PATIENT_MS = 60_000
"""What a request may wait; beyond it BentoML would refuse, and this measures how many it answers."""


@bentoml.service(workers=WORKERS, traffic={"timeout": PATIENT_MS // 1000})
class Classifier:
    def __init__(self) -> None:
        self.model = OnnxModel()

    @bentoml.api(batchable=True, max_batch_size=BATCH_ROWS, max_latency_ms=PATIENT_MS)
    def classify(self, texts: list[str]) -> list[list[float]]:
        return self.model.probabilities(texts)

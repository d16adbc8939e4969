"""One inference request from its body to its answer: read, checked and encoded, queued, computed, answered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response

from engine.config import Settings
from engine.serving import protocol
from engine.serving.answers import Answer, answer
from engine.serving.asked import current
from engine.serving.batching import Batcher
from engine.serving.busy import Overloaded
from engine.serving.frames import HEADER
from engine.serving.http import read_body, respond
from engine.serving.models import Loaded, ModelStore
from engine.serving.sessions import lanes
from engine.serving.statistics import Statistics
from engine.serving.tally import tally
from engine.serving.work import Work

HELD_BYTES = 512 << 20
"""What the bodies of all requests that are not answered yet may take."""
UNKNOWN_BYTES = 1 << 20
"""What a body is taken for whose length nobody gave."""
SMALL_ROWS = 64
"""An answer of so many rows is written at once; a longer one by a thread, so that others need not wait for it."""


@dataclass(frozen=True)
class Wanted:
    """A request that was checked, and the computation of it."""

    request: protocol.Request
    loaded: Loaded
    work: Work


class Inference:
    """Answers inference requests for the models of a store."""

    def __init__(self, settings: Settings, store: ModelStore, statistics: Statistics) -> None:
        self._store = store
        self._timeout_s = settings.request_timeout_ms / 1e3
        self.batcher = Batcher(
            max_rows=settings.queue_rows,
            lanes=lanes(settings.threads),
            delay_us=settings.batch_delay_us,
            computed=statistics.count_batch,
        )
        self._held_bytes = 0

    async def infer(self, request: Request) -> Response:
        """Return the answer to a request; what is learnt on the way is noted for the meter (`engine.serving.asked`).

        Raises BadInput, NotFound, Busy, Failure, and Gone when nobody waits for it any more.
        """
        began = time.monotonic()
        size = int(request.headers.get("content-length", UNKNOWN_BYTES))
        if self._held_bytes and self._held_bytes + size > HELD_BYTES:
            raise Overloaded.after(1)
        self._held_bytes += size
        try:
            body = await read_body(request)
            wanted = await anyio.to_thread.run_sync(self._prepare, body, request, began)
            prepared = time.monotonic()
            await self.batcher.compute(wanted.work, lambda: _gone(request))
            computed = time.monotonic()
            if wanted.request.rows <= SMALL_ROWS:
                found = _answer(wanted, began)
            else:
                found = await anyio.to_thread.run_sync(_answer, wanted, began)
            answered = await respond(request, found.body, found.headers)
            computing_ms = max(0.0, (computed - prepared) * 1e3 - wanted.work.queue_ms)
            current().parts_ms = ((prepared - began) * 1e3, computing_ms, (time.monotonic() - computed) * 1e3)
            return answered
        finally:
            self._held_bytes -= size

    def _prepare(self, body: bytes, request: Request, began: float) -> Wanted:
        """Find the model, check the request and encode its rows."""
        params = request.path_params
        loaded = self._store.get(params["model"], params.get("version", ""))
        model = loaded.model
        wanted = protocol.parse(body, model, request.headers.get(HEADER))
        current().rows = wanted.rows
        allowed = [s for s in (wanted.timeout_us / 1e6, self._timeout_s) if s]
        deadline = began + min(allowed) if allowed else float("inf")
        self.batcher.queue.check(wanted.rows, deadline)
        rows = model.encoder.rows(wanted.given) if wanted.given is not None else range(wanted.rows)
        work = Work(
            model,
            rows,
            wanted.tensors,
            asked_as=(loaded.name, loaded.version),
            explanations=tuple(o.name for o in model.explanations if o.name in {w.name for w in wanted.outputs}),
            deadline=deadline,
        )
        return Wanted(wanted, loaded, work)


def _answer(wanted: Wanted, began: float) -> Answer:
    loaded, work = wanted.loaded, wanted.work
    model, asked = loaded.model, current()
    asked.queue_ms, asked.batch = work.queue_ms, work.batch
    tally(model, work.answered, wanted.request.given)
    facts = {
        "precision": model.precision,
        "provider": model.provider,
        "ms": round((time.monotonic() - began) * 1e3, 3),
        "queue_ms": round(work.queue_ms, 3),
        "batch": work.batch,
        "prediction": asked.id,
    }
    head: dict[str, Any] = {"model_name": loaded.name, "model_version": loaded.version}
    head |= {"id": wanted.request.id} if wanted.request.id else {}
    return answer({**head, "parameters": facts}, wanted.request.outputs, model, work.answered)


async def _gone(request: Request) -> None:
    """Return when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass

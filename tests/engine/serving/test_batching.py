"""Which rows are computed together, and that each comes back where it belongs."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.serving.batch_queue import QUANTUM_ROWS, SWEPT, BatchQueue
from engine.serving.batching import Batcher, Gone
from engine.serving.busy import DeadlinePassed, Overloaded
from engine.serving.runtime import Classifier
from engine.serving.work import Work
from tests.engine.serving.conftest import TEXTS

WORDS = "the company will close plants today "


@pytest.fixture(scope="module")
def model(exported: dict[str, Path]) -> Classifier:
    return Classifier.load(exported["fp32"], threads=1)


@pytest.fixture
def batcher() -> Iterator[Batcher]:
    found = Batcher(max_rows=10_000, lanes=2, delay_us=500)
    yield found
    found.close()


def work(model: Classifier, *texts: str, **fields: float) -> Work:
    return Work(model, model.encoder.rows(texts), **fields)  # type: ignore[arg-type]


def queue(*works: Work, max_rows: int = 10_000) -> BatchQueue:
    found = BatchQueue(max_rows=max_rows, lanes=1, delay_seconds=0.0)
    for one in works:
        found.put(one)
    found.close()
    return found


def taken(found: BatchQueue) -> list[list[tuple[Work, int]]]:
    batches = []
    while (batch := found.take()) is not None:
        batches.append(list(batch.pieces))
    return batches


def test_requests_of_one_model_are_computed_together(model: Classifier) -> None:
    works = [work(model, "profit rose") for _ in range(40)]
    batches = taken(queue(*works))
    assert [len(batch) for batch in batches] == [16, 16, 8]
    assert [one for batch in batches for one, _ in batch] == works
    assert {one.batch for one in works} == {16, 8}


def test_rows_of_like_length_go_together_and_every_row_goes_once(model: Classifier) -> None:
    texts = [WORDS * (1 + n % 5) for n in range(60)]
    works = [work(model, *texts[i : i + 6]) for i in range(0, 60, 6)]
    batches = taken(queue(*works))
    for batch in batches:
        lengths = [one.length(row) for one, row in batch]
        assert max(lengths) <= max(16, 2.25 * min(lengths))
    rows = [(id(one), row) for batch in batches for one, row in batch]
    assert len(rows) == len(set(rows)) == 60
    assert len(batches) <= 8


def test_a_long_request_lets_short_ones_go_first(model: Classifier) -> None:
    long, short = work(model, *["profit rose"] * 500), work(model, WORDS * 5)
    found = queue(long, short)
    order = [batch.pieces[0][0] for batch in iter(found.take, None) if batch is not None]
    assert order.index(short) <= QUANTUM_ROWS // 16
    assert len(order) == 1 + -(-500 // 16)


def test_a_full_queue_refuses_but_never_what_comes_alone(model: Classifier) -> None:
    found = BatchQueue(max_rows=10, lanes=1, delay_seconds=0.0)
    found.put(work(model, *["a"] * 20))
    with pytest.raises(Overloaded) as error:
        found.put(work(model, "a"))
    assert error.value.retry_after_s >= 1
    assert found.waiting_rows == 20


def test_what_would_miss_its_deadline_is_refused_at_once(model: Classifier) -> None:
    found = BatchQueue(max_rows=10_000, lanes=1, delay_seconds=0.0)
    found.put(work(model, "a"))
    batch = found.take()
    assert batch is not None
    found.finished(batch, seconds=1.0)
    found.put(work(model, *["a"] * 30))
    found.put(work(model, "a", deadline=time.monotonic() + 60))
    with pytest.raises(Overloaded) as error:
        found.put(work(model, "a", deadline=time.monotonic() + 10))
    assert error.value.retry_after_s == 31


def test_who_would_be_refused_is_so_before_the_texts_are_encoded(model: Classifier) -> None:
    found = BatchQueue(max_rows=40, lanes=1, delay_seconds=0.0)
    found.check(1000, time.monotonic() - 1)  # nothing waits: it has its turn
    found.put(work(model, "a"))
    batch = found.take()
    assert batch is not None
    found.finished(batch, seconds=1.0)
    found.put(work(model, *["a"] * 30))
    found.check(10, time.monotonic() + 60)
    for rows, seconds in ((11, 60), (1, 10)):
        with pytest.raises(Overloaded):
            found.check(rows, time.monotonic() + seconds)


def test_what_is_late_or_dropped_is_never_computed(model: Classifier) -> None:
    ended: list[str] = []
    late, gone, good = work(model, "a", deadline=time.monotonic()), work(model, "b"), work(model, "c")
    late.done = lambda: ended.append("late")
    found = queue(late, gone, good)
    found.drop(gone)
    assert taken(found) == [[(good, 0)]]
    assert ended == ["late"]
    assert isinstance(late.error, DeadlinePassed)
    assert found.waiting_rows == 0


def test_what_is_over_is_forgotten_while_others_keep_coming(model: Classifier) -> None:
    """Long requests that were served, and ones that were dropped, leave nothing behind under steady load."""
    found = BatchQueue(max_rows=10**6, lanes=1, delay_seconds=0.0)
    ended: weakref.WeakSet[Work] = weakref.WeakSet()
    for _ in range(SWEPT + 50):
        long, dropped = work(model, *["a"] * 2 * QUANTUM_ROWS), work(model, *[WORDS * 5] * 10)
        found.put(long)
        found.put(dropped)
        found.drop(dropped)
        for _ in range(17):
            found.put(work(model, "next"))
        for _ in range(2 * QUANTUM_ROWS // 16 + 1):  # one row fewer than came: there is always something left
            found.take()
        ended.update((long, dropped))
    del long, dropped
    gc.collect()
    assert found.waiting_rows >= 1
    assert len(ended) < 2 * SWEPT + 10


def test_tensors_of_one_shape_go_together_and_others_do_not(model: Classifier) -> None:
    def tensors(length: int) -> Work:
        return Work(model, range(1), {n: np.ones((1, length), dtype=np.int64) for n in model.encoder.inputs})

    works = [tensors(4), tensors(5), tensors(4)]
    batches = taken(queue(*works))
    assert [[one for one, _ in batch] for batch in batches] == [[works[0], works[2]], [works[1]]]


def test_every_row_gets_its_own_answer(model: Classifier, batcher: Batcher) -> None:
    texts = [TEXTS[n % 4] + " " + WORDS * (n % 7) for n in range(120)]
    works = [work(model, *texts[i : i + 1 + i % 3]) for i in range(0, 120, 3)]

    async def compute() -> None:
        await asyncio.gather(*(batcher.compute(one) for one in works))

    asyncio.run(compute())
    assert max(one.batch for one in works) > 1
    alone = model.answer(texts, batch=1)
    for i, one in zip(range(0, 120, 3), works, strict=True):
        np.testing.assert_allclose(one.answered["logits"], alone[i : i + len(one.rows)], atol=1e-4)


def test_who_goes_away_gets_nothing_and_costs_nothing(model: Classifier, batcher: Batcher) -> None:
    async def leave() -> None:
        return None

    async def ask() -> None:
        other = asyncio.ensure_future(batcher.compute(work(model, *[WORDS * 5] * 2000)))
        await asyncio.sleep(0)
        with pytest.raises(Gone):
            await batcher.compute(work(model, *[WORDS * 5] * 2000), leave)
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
        assert batcher.queue.waiting_rows == 0

    asyncio.run(ask())


def test_what_the_model_cannot_take_fails_alone(model: Classifier, batcher: Batcher) -> None:
    def tensors(word: int) -> Work:
        given = {"input_ids": np.full((1, 4), word), "attention_mask": np.ones((1, 4), dtype=np.int64)}
        return Work(model, range(1), given)

    async def ask() -> list[BaseException | None]:
        works = [tensors(word) for word in (4, 99_999, 5, 6)]
        return await asyncio.gather(*(batcher.compute(one) for one in works), return_exceptions=True)

    failed = [str(error) for error in asyncio.run(ask()) if error is not None]
    assert len(failed) == 1
    assert "cannot take these tensors" in failed[0]


def test_batches_side_by_side_have_a_thread_each(exported: dict[str, Path]) -> None:
    wide = Classifier.load(exported["fp32"], threads=2)
    narrow = wide.beside
    assert narrow.session.get_session_options().intra_op_num_threads == 1
    assert narrow.beside is narrow
    assert wide.beside is narrow
    np.testing.assert_allclose(narrow.probabilities(TEXTS), wide.probabilities(TEXTS), atol=1e-6)

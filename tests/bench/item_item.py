"""Item-item beside the models of the `implicit` library: the same interactions and questions, turn by turn."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import read_histories
from engine.serving.recommender import Recommender
from engine.tasks.histories import Catalogue, HistoryEncoder
from engine.tasks.ranked import ndcg
from engine.tasks.ranking import Questions, questions
from tests.bench import common

ROUNDS = 2 if common.SHORT else 7
K = 10
ONE_BY_ONE = 20 if common.SHORT else 200
CORES = psutil.cpu_count(logical=False) or os.cpu_count() or 1
Lists = Callable[[np.ndarray], np.ndarray]
"""Positions (N,) among the people asked about → item codes (N, K or more), best first."""


def measure(dataset: Dataset, out: Path) -> dict[str, dict[str, float]]:
    """Return fit seconds, nDCG@10 and lists a second by model; medians of alternating rounds, all with every core.

    Everybody starts from the interactions in memory and is fitted to train and validation together.
    """
    asked = questions(dataset, "test")
    fits = {"item_item (ours, closed form)": ours(dataset, asked, out), **peers(dataset, asked)}
    seconds: dict[str, list[float]] = {name: [] for name in fits}
    together: dict[str, list[float]] = {name: [] for name in fits}
    single: dict[str, list[float]] = {name: [] for name in fits}
    answers: dict[str, Lists] = {}
    everybody = np.arange(len(asked.users))
    for turn in range(ROUNDS + 1):  # the first is to warm up
        for name, fit in fits.items():
            taken, answers[name] = fit()
            bulk = _seconds(lambda answer=answers[name]: answer(everybody))  # type: ignore[misc]
            few = everybody[:ONE_BY_ONE]
            one = _seconds(lambda answer=answers[name], few=few: [answer(few[i : i + 1]) for i in range(len(few))])  # type: ignore[misc]
            if turn:
                seconds[name].append(taken)
                together[name].append(len(everybody) / bulk)
                single[name].append(len(few) / one)
    found = {
        name: {
            "fit_seconds": float(np.median(seconds[name])),
            "ndcg_at_10": ndcg(answers[name](everybody)[:, :K], asked.targets),
            "lists_per_second": float(np.median(together[name])),
            "lists_per_second_one_by_one": float(np.median(single[name])),
        }
        for name in fits
    }
    print(f"Item-item beside implicit: {len(everybody)} people, {ROUNDS} alternating rounds, {CORES} threads each")
    common.table(
        ["model", "fit s", "nDCG@10", "lists/s together", "lists/s one by one"],
        [[name, *figures.values()] for name, figures in found.items()],
    )
    print(flush=True)
    return found


def ours(dataset: Dataset, asked: Questions, out: Path) -> Callable[[], tuple[float, Lists]]:
    """Return what fits our item-item model at its default and serves it from its ONNX graph; the export is not timed.

    A list is the graph's hundred best.
    """
    import torch

    from engine.training.device import use_threads
    from engine.training.progress import Progress
    from engine.training.ranking.closed_form import Shape, capped, gram, weights_of
    from engine.training.ranking.data import Log
    from engine.training.ranking.export import export_graph
    from engine.training.ranking.methods import LONGEST
    from engine.training.ranking.ranker import Ranker
    from engine.training.ranking.scorers import ItemItem

    log = Log(read_histories(dataset, ("train", "validation")))
    folder = out / "ours"

    def fit() -> tuple[float, Lists]:
        use_threads(0)
        progress = Progress(lambda event, **values: None, lambda: False)
        started = time.perf_counter()
        weights = weights_of(gram(capped(log, LONGEST), 0.0, progress), Shape(), None, log.counts(), progress)
        seconds = time.perf_counter() - started
        (folder / "1").mkdir(parents=True, exist_ok=True)
        with torch.inference_mode():
            export_graph(Ranker(ItemItem(weights), log.counts()), folder / "1" / "model.onnx")
        HistoryEncoder(Catalogue(tuple(map(str, range(log.items)))), recipe="item_item").save(folder)
        served = Recommender.load(folder, threads=CORES)
        return seconds, lambda chosen: served.top([asked.histories[i] for i in chosen])[0]

    return fit


def peers(dataset: Dataset, asked: Questions) -> dict[str, Callable[[], tuple[float, Lists]]]:
    """Return name → what fits that model of `implicit` and lists K items with it, what somebody had left out.

    Each has the library's defaults, but for factors that suit this many users.
    """
    from implicit.als import AlternatingLeastSquares
    from implicit.bpr import BayesianPersonalizedRanking
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, ItemItemRecommender
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    warnings.filterwarnings("ignore", module="implicit")  # it warns of what it does itself

    log = read_histories(dataset, ("train", "validation"))
    values = np.ones(len(log.items))
    matrix = csr_matrix((values, log.items, log.indptr), shape=(log.user_count, log.item_count))
    matrix.sort_indices()
    makers: dict[str, Callable[[], Any]] = {
        "implicit item-item (K=20)": lambda: ItemItemRecommender(K=20, num_threads=CORES),
        "implicit cosine (K=20)": lambda: CosineRecommender(K=20, num_threads=CORES),
        "implicit cosine (K=200)": lambda: CosineRecommender(K=200, num_threads=CORES),
        "implicit BM25 (K=20)": lambda: BM25Recommender(K=20, num_threads=CORES),
        "implicit ALS (32 factors)": lambda: AlternatingLeastSquares(32, num_threads=CORES, random_state=0),
        "implicit BPR (32 factors)": lambda: BayesianPersonalizedRanking(32, num_threads=CORES, random_state=0),
    }

    def fitted(make: Callable[[], Any]) -> Callable[[], tuple[float, Lists]]:
        def fit() -> tuple[float, Lists]:
            with threadpool_limits(1, "blas"):  # as the library asks: its own threads are enough
                model = make()
                started = time.perf_counter()
                model.fit(matrix, show_progress=False)
                seconds = time.perf_counter() - started

            def lists(chosen: np.ndarray) -> np.ndarray:
                users = asked.users[chosen]
                with threadpool_limits(1, "blas"):
                    return np.asarray(model.recommend(users, matrix[users], N=K)[0])

            return seconds, lists

        return fit

    return {name: fitted(make) for name, make in makers.items()}


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

"""How a trained recommender becomes a judged model: exported, proved, judged on whole catalogues, measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import read_users
from engine.files import written_aside
from engine.jobs.hosting import Job
from engine.jobs.proof import Proof, measured
from engine.jobs.results import Clock
from engine.tasks.popularity import mix_of, new_share
from engine.tasks.ranked import FIGURES, hits, per_user
from engine.tasks.ranking import Questions, histories_of, questions
from engine.tasks.ranking_judge import K, judge_ranking
from engine.tasks.ranking_lists import popular_lists

if TYPE_CHECKING:
    import pandas as pd

    from engine.serving.recommender import Recommender


def prove(job: Job, dataset: Dataset, trained: Any, threads: int, clock: Clock) -> Proof:
    """Return what came of exporting, checking, judging and measuring `trained`."""
    from engine.serving.recommender import Recommender
    from engine.training.crafts import CRAFTS

    craft, asked = CRAFTS[dataset.task], histories_of(dataset, "test")
    job.phase("export")
    with clock.time("export"):
        folders = craft.export(trained, job.attempt.onnx)
        gate = craft.check(trained, folders, asked)
    served = "fp32"
    job.say("exported", served=served)
    job.phase("evaluate")
    with clock.time("evaluate"):
        model = Recommender.load(folders[served], threads=threads)
        quality = _look_at_test(job, dataset, model, asked)
    job.say("evaluated", metrics={name: m["value"] for name, m in quality["metrics"].items()})
    job.phase("measure")
    with clock.time("measure"):
        found = measured(job, model, asked)
    # What is served has learnt from the validation part too; this is the score of its like that had not.
    chosen_by = {"value": float(trained.validation_score), "low": None, "high": None}
    return Proof(
        gate=gate.to_json(),
        served=served,
        variants={served: found},
        quality=quality,
        validation={"metrics": {"ndcg_at_10": chosen_by}},
    )


def _look_at_test(job: Job, dataset: Dataset, model: Recommender, asked: list[list[str]]) -> dict[str, Any]:
    """Judge the served model on the test part, count the look, and keep each person's figures for paired tests."""
    job.say("test_look")
    wanted = questions(dataset, "test")
    lists, _ = model.top(model.encoder.rows(asked))
    with written_aside(job.attempt.folder / "predictions.parquet") as aside:
        figures_of(dataset, wanted, lists).to_parquet(aside, index=False)
    quality = judge_ranking(
        lists,
        wanted.targets,
        popular_lists(wanted, lists.shape[1]),
        item_counts=wanted.item_counts,
        users=max(1, len(wanted.users)),
        history_lengths=wanted.lengths,
        seed=job.run.spec.seed,
    )
    # What the service counts of the lists it gives, so that drift can be told from it.
    counts = np.array(model.encoder.items.counts)
    mix = {"bands": mix_of(lists, model.bands), "new_share": new_share(wanted.targets.items, counts)}
    return quality | {"mix": mix}


def figures_of(dataset: Dataset, wanted: Questions, lists: np.ndarray) -> pd.DataFrame:
    """Return part, user, user_id and the figures of each person of the test part, for paired tests.

    `lists` (N, K) are item codes, best first. Codes of users hold within one data set, ids beyond it.
    """
    import pandas as pd

    figures = per_user(hits(lists, wanted.targets), wanted.targets.counts, K)
    frame = pd.DataFrame(figures, columns=[f"{name}_at_{K}" for name in FIGURES])
    frame.insert(0, "user_id", read_users(dataset)[wanted.users])
    frame.insert(0, "user", wanted.users)
    frame.insert(0, "part", "test")
    return frame

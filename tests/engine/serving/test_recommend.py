"""Lists asked of the inference service, from a run that the command line trained on a small shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from engine.analytics.drift_reference import reference
from engine.config import Settings
from engine.datasets.dataset import Dataset, Part
from engine.datasets.demo.catalogue import generate
from engine.datasets.interactions.open import read_histories, read_items, read_users
from engine.datasets.store import open_dataset
from engine.errors import BadInput, NotFound
from engine.files import read_lines
from engine.jobs.runs import all_runs, open_run
from engine.serving.asking import request
from engine.serving.client import InferenceClient
from engine.serving.corrected import corrected_dataset, next_spec
from engine.serving.recommender import Recommender
from engine.serving.ruled import Ruled, ruled
from engine.serving.snippets import LANGUAGES, Call
from engine.tasks.histories import TOP
from engine.tasks.popularity import LIST, in_lists, mix_of
from engine.tasks.ranking import questions
from engine.tasks.reasons import reasons
from engine.tasks.rules import Rules
from tests.browser.server import command
from tests.engine.serving.conftest import alone, served, wait_for
from tests.engine.serving.pasting import pasted

HISTORIES = [["P0001", "P0007", "P0042"], [], ["P0003", "nobody sells this", "P0011", "P0019", "P0020"]]


@pytest.fixture(scope="module")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one finished item-item run."""
    folder = tmp_path_factory.mktemp("shop")
    file = folder / "events.csv"
    file.write_bytes(generate(3, 150).interactions_csv())
    home = folder / "workspace"
    command(home, "finetune", "--scenario", "recommendation", "--recipe", "item_item", "--data", str(file))
    return home


@pytest.fixture(scope="module")
def client(shop_home: Path) -> Iterator[InferenceClient]:
    with served(alone(shop_home)) as found:
        yield found


@pytest.fixture(scope="module")
def run_id(shop_home: Path) -> str:
    return next(run.run_id for run in all_runs(shop_home / "runs") if run.spec.kind == "finetune")


@pytest.fixture(scope="module")
def local(shop_home: Path, run_id: str) -> Recommender:
    """The same model, loaded here."""
    return Recommender.load(next((shop_home / "runs" / run_id / "attempts").glob("*/onnx/fp32")), threads=1)


def test_histories_of_any_length_get_the_lists_of_the_model(
    client: InferenceClient, run_id: str, local: Recommender
) -> None:
    found = client.recommend(run_id, HISTORIES, 10)
    expected = local.recommend(HISTORIES, 10)
    assert [[item for item, _ in one] for one in found.lists] == [[item for item, _ in one] for one in expected]
    for one, other in zip(found.lists, expected, strict=True):
        assert [s for _, s in one] == pytest.approx([s for _, s in other], rel=1e-4)
    assert (found.provider, found.precision) == ("CPUExecutionProvider", "fp32")


def test_nobody_gets_back_what_they_had(client: InferenceClient, run_id: str) -> None:
    for history, shown in zip(HISTORIES, client.recommend(run_id, HISTORIES, 100).lists, strict=True):
        assert shown
        assert not set(history) & {item for item, _ in shown}


def test_nothing_asked_is_nothing_answered(client: InferenceClient, run_id: str) -> None:
    assert client.recommend(run_id, [], 10).lists == ()


def test_a_run_that_is_not_there(client: InferenceClient) -> None:
    with pytest.raises(NotFound):
        client.recommend("01ZZZZZZZZZZZZZZZZZZZZZZZZ", HISTORIES, 10)


def test_a_strict_rule_still_fills_the_list_from_the_whole_catalogue(
    client: InferenceClient, run_id: str, local: Recommender
) -> None:
    history, ids = HISTORIES[0], local.encoder.items.ids
    returned = {item for item, _ in client.recommend(run_id, [history], TOP).lists[0]}
    assert len(returned) == TOP
    beyond = [item for item in ids if item not in returned and item not in history]
    rules = Rules(in_stock=frozenset([*beyond[:12], history[0]]))

    def listed(k: int) -> Ruled:
        none = lambda _: ()  # noqa: E731
        return ruled(client, run_id, history, rules, k, ids=ids, categories=none)

    assert list(listed(10).items) == [item for item, _ in local.recommend([history], 10, rules=rules)[0]]
    assert len(listed(10).items) == 10
    assert len(listed(20).items) == 12
    assert all(reason.past in history for given in listed(10).why.values() for reason in given)
    assert client.all_scores(run_id, HISTORIES).shape == (len(HISTORIES), len(ids))


def test_reasons_are_the_weights_of_the_item_item_model(
    client: InferenceClient, run_id: str, local: Recommender
) -> None:
    history = HISTORIES[0]
    items = [item for item, _ in client.recommend(run_id, [history], 3).lists[0]]
    found = reasons(lambda asked: client.recommend(run_id, asked, 100).lists, history, items)
    for item in items:
        exact = {b.item: b.weight for b in local.explain(history, item) if b.weight > 0}
        assert found[item][0].past == max(exact, key=lambda past: exact[past])
        assert sum(reason.share for reason in found[item]) == pytest.approx(1)


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_pasted_snippet_gets_the_list(language: str, client: InferenceClient, run_id: str, tmp_path: Path) -> None:
    best = client.recommend(run_id, HISTORIES[:1], 1).lists[0][0][0]
    assert best in pasted(language, Call(client.url, run_id, "history", HISTORIES[0]), tmp_path)


def test_corrected_lists_become_the_next_training_data(client: InferenceClient, shop_home: Path, run_id: str) -> None:
    settings = Settings(home=shop_home)
    before = open_dataset(settings, open_run(shop_home / "runs", run_id).report()["dataset"]["id"])
    wanted, ids = questions(before, "test"), read_items(before).ids
    known = int(np.flatnonzero(wanted.lengths)[0])
    tested = ids[wanted.histories[known]].tolist(), str(ids[wanted.targets.items[wanted.targets.starts[known]]])

    def send(history: list[str], label: str) -> str:
        with httpx.Client(base_url=client.url, trust_env=False) as asking:
            answer = asking.post(f"/v2/models/{run_id}/infer", json=request("history", [history]))
            body = {"prediction": answer.headers["x-prediction-id"], "input": history, "label": label}
            sent = asking.post(f"/v2/models/{run_id}/feedback", json=body)
            assert sent.status_code == 201
            return str(sent.json()["id"])

    send(*tested)
    with pytest.raises(BadInput, match="are what the test part asks"):
        corrected_dataset(settings, run_id)
    made = send(["P0001", "P0007"], "brand new")
    after, scenario = corrected_dataset(settings, run_id)
    assert (scenario, after.test_id) == ("recommendation", before.test_id), "the runs compare"
    assert taken(after, ("train",))[made] == {"P0001", "P0007"}, "what was there before is known before"
    parts: tuple[Part, ...] = ("train", "validation")
    learned = taken(after, parts)
    assert learned.pop(made) == {"P0001", "P0007", "brand new"}
    assert learned == taken(before, parts), "the test part's answers stay unseen"
    assert next_spec(settings, run_id, after).recipe == "item_item"


def taken(dataset: Dataset, parts: tuple[Part, ...]) -> dict[str, set[str]]:
    """Return what each person took in `parts`, by their id."""
    users, ids, found = read_users(dataset), read_items(dataset).ids, read_histories(dataset, parts)
    return {str(users[u]): set(ids[found.of(u)]) for u in range(found.user_count) if len(found.of(u))}


def test_lists_leave_behind_how_popular_they_were_and_how_much_was_unknown(
    client: InferenceClient, shop_home: Path, run_id: str, local: Recommender
) -> None:
    with httpx.Client(base_url=client.url, trust_env=False) as asking:
        answer = asking.post(f"/v2/models/{run_id}/infer", json=request("history", HISTORIES))
    usage, prediction = shop_home / "usage", answer.headers["x-prediction-id"]
    (line,) = wait_for(lambda: [u for f in usage.glob("*.jsonl") for u in read_lines(f) if u["id"] == prediction])
    codes, _ = local.top(local.encoder.rows(HISTORIES))
    assert line["classes"] == {band: n for band, n in mix_of(codes, local.bands).items() if n}
    assert sum(line["classes"].values()) == len(HISTORIES) * LIST
    assert (line["items"], line["unknown"]) == (8, sum(local.encoder.unknown(HISTORIES)))
    assert line["unknown"] >= 1, "nobody sells one of them"
    assert "P0001" not in str(line), "neither what was given nor what was recommended is kept"


def test_the_report_keeps_what_drift_is_told_from(shop_home: Path, run_id: str, local: Recommender) -> None:
    report = open_run(shop_home / "runs", run_id).report()
    settings = Settings(home=shop_home)
    wanted = questions(open_dataset(settings, report["dataset"]["id"]), "test")
    codes, _ = local.top(list(wanted.histories))
    known = reference(settings, run_id)
    assert known.of_lists
    assert known.counts == in_lists(mix_of(codes, local.bands))
    assert known.rows == len(wanted.users)

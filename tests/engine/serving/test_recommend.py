"""Lists asked of the inference service, from a run that the command line trained on a small shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.datasets.demo.catalogue import generate
from engine.errors import NotFound
from engine.jobs.runs import all_runs
from engine.serving.client import InferenceClient
from engine.serving.recommender import Recommender
from engine.serving.ruled import Ruled, ruled
from engine.serving.snippets import LANGUAGES, Call
from engine.tasks.histories import TOP
from engine.tasks.reasons import reasons
from engine.tasks.rules import Rules
from tests.browser.server import command
from tests.engine.serving.conftest import alone, served
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

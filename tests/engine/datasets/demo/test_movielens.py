"""The demo data of recommendation, fetched by the real code from a server on this machine."""

import hashlib
import io
import random
import zipfile
from dataclasses import replace

import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS
from engine.datasets.demo.movielens import demo_dataset, read_archive
from engine.datasets.interactions.open import read_histories, read_items, read_users
from engine.errors import Failure
from tests.engine.datasets.demo.served import server

GENRES = "unknown|0\nAction|1\nChildren's|2\n\n"
FILM = "{n}|Film {n} é (1995)|01-Jan-1995||http://example.com/{n}|0|{odd}|1\n"


def archive(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in members.items():
            zipped.writestr(f"ml-100k/{name}", text.encode("latin-1"))
    return file.getvalue()


def published() -> dict[str, str]:
    """Return members of the published form, with 40 users and 30 films."""
    chance = random.Random(0)
    pairs = [(user, item) for user in range(1, 41) for item in chance.sample(range(1, 30), 12)]
    chance.shuffle(pairs)
    ratings = "".join(f"{u}\t{i}\t{1 + (u + i) % 5}\t{880_000_000 + n}\n" for n, (u, i) in enumerate(pairs))
    films = "".join(FILM.format(n=n, odd=n % 2) for n in range(1, 31))
    return {"u.data": ratings, "u.item": films, "u.genre": GENRES}


ARCHIVE = archive(published())
HASHES = {"sha256": hashlib.sha256(ARCHIVE).hexdigest(), "md5": hashlib.md5(ARCHIVE).hexdigest()}


def test_the_published_archive_becomes_the_demo_data_under_its_terms(settings: Settings) -> None:
    with server((503, b""), (200, ARCHIVE)) as (url, asked):
        online = replace(settings, offline=False, movielens_url=url)
        dataset = demo_dataset(online, wait_s=0.01, **HASHES)  # type: ignore[arg-type]
        assert demo_dataset(online) == dataset
    assert len(asked) == 2
    card = dataset.card
    assert (dataset.name, card.synthetic, card.commercial_use) == ("MovieLens 100K", False, False)
    terms = next(p for p in card.problems if p.kind == "terms")
    assert "Harper and Konstan (2015)" in str(terms.message)
    assert len(read_histories(dataset, PARTS).items) == card.rows_used == 480
    assert list(read_users(dataset)) == [str(n) for n in range(1, 41)]
    items = read_items(dataset)
    assert (items.titles[0], items.categories[0]) == ("Film 1 é (1995)", ("Action", "Children's"))
    assert items.categories[1] == ("Children's",)


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [((200, b"something else"), 1, "has the SHA-256"), ((404, b""), 1, "HTTP 404"), ((500, b""), 3, "did not answer")],
)
def test_what_cannot_be_fetched_is_replaced_by_a_generated_shop_that_says_so(
    settings: Settings, answer: tuple[int, bytes], tries: int, said: str
) -> None:
    with server(answer) as (url, asked):
        dataset = demo_dataset(replace(settings, offline=False, movielens_url=url), wait_s=0.01)
    assert len(asked) == tries
    assert dataset.card.synthetic
    assert said in str(next(p for p in dataset.card.problems if p.kind == "generated").message)
    assert (dataset.task, dataset.name) == ("ranking", "Generated shop")


def test_a_fallback_stays_until_it_is_refreshed(settings: Settings) -> None:
    generated = demo_dataset(settings)
    assert "offline" in str(next(p for p in generated.card.problems if p.kind == "generated").message)
    with server((200, ARCHIVE)) as (url, _):
        online = replace(settings, offline=False, movielens_url=url)
        assert demo_dataset(online, **HASHES) == generated  # type: ignore[arg-type]
        assert demo_dataset(online, refresh=True, **HASHES).name == "MovieLens 100K"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "members",
    [
        {"u.data": ""},
        {"u.data": "1,2,3,4\n"},
        {"u.item": "1|Film|1995\n"},
        {"u.genre": "Action|0\n"},
        {"u.item": "x" * ((16 << 20) + 1)},
    ],
)
def test_an_archive_of_another_form_is_a_failure(members: dict[str, str]) -> None:
    with pytest.raises(Failure):
        read_archive(archive(published() | members))


def test_what_is_no_archive_is_a_failure() -> None:
    for data in (b"no zip", archive({"u.data": "1\t2\t3\t4\n"})):
        with pytest.raises(Failure, match="does not hold"):
            read_archive(data)

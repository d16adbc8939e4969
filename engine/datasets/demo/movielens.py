"""The demo data of the recommendation scenario: MovieLens 100K when online, a generated shop when not.

F. Maxwell Harper, Joseph A. Konstan: The MovieLens Datasets: History and Context. ACM Transactions on Interactive
Intelligent Systems 5(4), article 19, 2015. 100,000 ratings by 943 users of 1,682 films, 1997 to 1998.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.demo.catalogue import generate
from engine.datasets.demo.download import fetch
from engine.datasets.demo.remember import remembered
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import prepare
from engine.datasets.store import add_raw
from engine.errors import Failure
from engine.files import csv_bytes
from engine.messages import Message

MD5 = "0e33842e24a9c977be4e0107933c0723"
"""Of ml-100k.zip: published beside it by GroupLens (ml-100k.zip.md5), and pinned by several independent programs. It
was not downloaded here; a file with another hash is refused."""
SHA256 = "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229"
"""Of the same file, as pinned by several independent programs together with that MD5."""
RATINGS, FILMS, GENRES = "u.data", "u.item", "u.genre"
MAX_MEMBER_BYTES = 16 << 20
TASK = "ranking"
REAL = InteractionOptions(
    "MovieLens 100K",
    licence="MovieLens 100K terms of use (GroupLens, University of Minnesota)",
    commercial_use=False,
    split="user_random",  # as in published tables; most users came on one day only, so a cut in time leaves strangers
)
GENERATED = InteractionOptions("Generated shop", licence="Apache-2.0 (generated)", commercial_use=True, synthetic=True)
TERMS = Problem(
    "note",
    "terms",
    Message(
        "MovieLens 100K is for research: name GroupLens and Harper and Konstan (2015) where you publish, do not pass "
        "the data on, do not suggest that GroupLens endorses you, and get its permission before it earns you money."
    ),
)


def demo_dataset(
    settings: Settings, *, sha256: str = SHA256, md5: str = MD5, wait_s: float = 0.5, refresh: bool = False
) -> Dataset:
    """Return the demo data set; the first time it is fetched, or generated when that fails, and prepared.

    A generated one says so: `card.synthetic` is set and a note in the card tells why. It stays the demo data until
    `refresh`, so that runs go on comparing. `sha256` and `md5` are the archive's, `wait_s` the first pause.
    """
    return remembered(settings, "recommendation_demo", lambda: _made(settings, sha256, md5, wait_s), refresh=refresh)


def _made(settings: Settings, sha256: str, md5: str, wait_s: float) -> Dataset:
    try:
        if settings.offline:
            raise Failure("this program is set to work offline")
        interactions, items = read_archive(fetch(settings.movielens_url, sha256=sha256, md5=md5, wait_s=wait_s))
        options, note = REAL, TERMS
    except Failure as failure:
        message = Message(
            "MovieLens 100K could not be fetched ({reason}), so this shop and its customers are generated.",
            reason=failure.message,
        )
        shop = generate()
        interactions, items = shop.interactions_csv(), shop.items_csv()
        options, note = GENERATED, Problem("note", "generated", message)
    return _stored(settings, interactions, items, options, note)


def _stored(
    settings: Settings, interactions: bytes, items: bytes, options: InteractionOptions, note: Problem
) -> Dataset:
    name = options.name.lower().replace(" ", "_")
    listed = add_raw(io.BytesIO(items), f"{name}_items.csv", settings)
    raw = add_raw(io.BytesIO(interactions), f"{name}_interactions.csv", settings)
    return prepare(raw, replace(options, items_raw_id=listed.id), settings, usual={}, task=TASK, notes=(note,))


def read_archive(data: bytes) -> tuple[bytes, bytes]:
    """Return the interactions and the items of the published archive as CSV with a line of names, UTF-8.

    Raises Failure if it does not hold them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            ratings, films, genres = (_lines(archive, name) for name in (RATINGS, FILMS, GENRES))
    except (zipfile.BadZipFile, ValueError) as error:
        members = ", ".join((RATINGS, FILMS, GENRES))
        raise Failure("the archive does not hold {members}", members=members) from error
    names = [line.split("|")[0] for line in genres]
    rows = [line.split("\t") for line in ratings]
    items = list(_films(films, names))
    if not rows or not items or any(len(row) != 4 for row in rows):
        raise Failure("{members} do not have the published form", members=f"{RATINGS}, {FILMS}")
    return csv_bytes(("user", "item", "rating", "timestamp"), rows), csv_bytes(("item", "title", "genres"), items)


def _lines(archive: zipfile.ZipFile, wanted: str) -> list[str]:
    """Return a member's lines that are not empty. Raises ValueError when it is not there or too large."""
    names = (n for n in archive.namelist() if n.rpartition("/")[2] == wanted and "__MACOSX" not in n)
    if not (name := next(names, "")) or archive.getinfo(name).file_size > MAX_MEMBER_BYTES:
        raise ValueError(wanted)
    return [line for line in archive.read(name).decode("latin-1").splitlines() if line.strip()]


def _films(lines: Iterable[str], genres: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (id, title, genres separated by |) of lines id|title|date|date|address and a 1 or 0 for each genre."""
    for line in lines:
        cells = line.split("|")
        flags = cells[5:]
        if len(flags) != len(genres):
            raise Failure("{members} do not have the published form", members=f"{FILMS}, {GENRES}")
        yield cells[0], cells[1], "|".join(g for g, flag in zip(genres, flags, strict=True) if flag == "1")

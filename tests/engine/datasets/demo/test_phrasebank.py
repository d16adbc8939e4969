"""The demo data, fetched by the real code from a server on this machine."""

import hashlib
import io
import zipfile
from dataclasses import replace

import pytest

from engine.config import Settings
from engine.datasets.demo.phrasebank import demo_dataset, read_archive
from engine.errors import Failure
from tests.engine.datasets.demo.served import server
from tests.engine.datasets.files import sentence

LABELS = ("positive", "neutral", "negative")


def published(lines: str) -> bytes:
    """Return an archive of the published form."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("__MACOSX/FinancialPhraseBank-v1.0/._Sentences_50Agree.txt", b"\0")
        archive.writestr("FinancialPhraseBank-v1.0/Sentences_50Agree.txt", lines.encode("latin-1"))
    return file.getvalue()


ARCHIVE = published("".join(f"{sentence(i)} à 5 % @ home .@{LABELS[i % 3]}\r\n" for i in range(90)))
HASH = hashlib.sha256(ARCHIVE).hexdigest()


def test_the_published_archive_becomes_the_demo_data_after_a_server_error(settings: Settings) -> None:
    with server((503, b""), (200, ARCHIVE)) as (url, asked):
        online = replace(settings, offline=False, phrasebank_url=url)
        dataset = demo_dataset(online, sha256=HASH, wait_s=0.01)
        assert demo_dataset(online, sha256=HASH) == dataset
    assert len(asked) == 2
    card = dataset.card
    assert (dataset.name, card.synthetic, card.commercial_use) == ("Financial PhraseBank", False, False)
    assert "NC" in card.licence
    assert card.classes == dict.fromkeys(sorted(LABELS), 30)
    assert dataset.rows("train").text.str.endswith("à 5 % @ home .").all()


@pytest.mark.parametrize(
    ("answer", "tries", "said"),
    [
        ((200, b"something else"), 1, "has the SHA-256"),
        ((404, b""), 1, "answered with HTTP 404"),
        ((500, b""), 3, "did not answer: HTTP 500"),
    ],
)
def test_what_cannot_be_fetched_is_replaced_by_generated_rows_that_say_so(
    settings: Settings, answer: tuple[int, bytes], tries: int, said: str
) -> None:
    with server(answer) as (url, asked):
        dataset = demo_dataset(replace(settings, offline=False, phrasebank_url=url), sha256=HASH, wait_s=0.01)
    assert len(asked) == tries
    assert dataset.card.synthetic
    note = next(p for p in dataset.card.problems if p.kind == "generated")
    assert said in str(note.message)
    assert sum(dataset.card.classes.values()) == 2400


def test_a_fallback_stays_until_it_is_refreshed(settings: Settings) -> None:
    generated = demo_dataset(settings)
    assert "offline" in str(next(p for p in generated.card.problems if p.kind == "generated").message)
    with server((200, ARCHIVE)) as (url, _):
        online = replace(settings, offline=False, phrasebank_url=url)
        assert demo_dataset(online, sha256=HASH) == generated
        assert demo_dataset(online, sha256=HASH, refresh=True).name == "Financial PhraseBank"


@pytest.mark.parametrize("archive", [b"no zip", published("no label here\n"), published("text@happy\n"), published("")])
def test_an_archive_of_another_form_is_a_failure(archive: bytes) -> None:
    with pytest.raises(Failure):
        read_archive(archive)

"""Every table of the larger corpora in BREAKEVEN_DEV_DATA is read or refused; how many were run is printed."""

import os
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.texts.read import preview
from engine.errors import BadInput
from tests.engine.datasets.files import checked

DEV_DATA = Path(os.environ.get("BREAKEVEN_DEV_DATA", "/nowhere"))
TABLES = sorted([*DEV_DATA.glob("adversarial/csv/*.csv"), *DEV_DATA.glob("*.csv")])


def test_every_table_of_the_larger_corpora_is_read_or_refused(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    read = refused = 0
    for path in TABLES:
        try:
            assert preview(path, filename=path.name).columns
            read += 1
        except BadInput:
            refused += 1
    with capsys.disabled():
        print(f"\n{len(TABLES)} tables of BREAKEVEN_DEV_DATA: {read} read, {refused} refused")


def test_the_phrasebank_is_clean_english_with_three_classes(settings: Settings) -> None:
    path = DEV_DATA / "financial_phrasebank_train.csv"
    if not path.exists():
        return
    card = checked(settings, path.read_bytes(), path.name)
    assert list(card.classes) == ["neutral", "positive", "negative"]
    assert list(card.languages) == ["en"]
    assert not card.blocked

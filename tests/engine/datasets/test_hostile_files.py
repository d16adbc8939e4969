"""Files that are broken or are not what they say: one clear sentence or one clear block, and nothing half-written."""

import random

import pytest

from engine.config import Settings
from engine.datasets.store import list_datasets, open_raw
from engine.datasets.texts.read import preview
from engine.errors import BadInput
from tests.engine.datasets.files import HEADER, archive, checked, kinds, left_over, parquet, prepared, rows, stored

REFUSED: dict[str, tuple[str | bytes, str]] = {
    "nul.csv": (HEADER + rows(30) + "a\0b,c1\n", r"NUL byte in line 32"),
    "nothing.csv": ("", r"nothing\.csv is empty"),
    "blank.csv": ("\n\n", r"has no rows"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(200), r"is a PNG image, not a table"),
    "zip.csv": (archive("a.csv"), r"is a ZIP archive"),
    "book.xlsx": (archive("xl/workbook.xml"), r"is an Excel workbook"),
    "page.csv": ("<!DOCTYPE html>\n<html></html>", r"is a web page"),
    "list.csv": ('[{"text": "a", "label": "b"}]', r"is a JSON file"),
    "noise.csv": (random.Random(0).randbytes(5000).replace(b"\0", b"\1"), r"not a text file"),
    "cut.parquet": (parquet()[:-200], r"was cut off"),
    "torn.parquet": (b"PAR1" + bytes(100) + b"\xff\0\0\0PAR1", r"torn\.parquet could not be read"),
    "table.csv": (parquet(), r"is a Parquet file; rename it"),
    "text.parquet": (HEADER + rows(60), r"is not a Parquet file"),
}
BLOCKED: dict[str, tuple[str, str]] = {
    "one class": (HEADER + rows(60, classes=1), "one_class"),
    "no label column": ("text\n" + rows(60).replace(",c0", "").replace(",c1", ""), "no_label_column"),
    "no text column": ("a,label\n" + "".join(f"{i},c{i % 2}\n" for i in range(60)), "no_text_column"),
    "no rows": (HEADER, "no_rows"),
    "five rows": (HEADER + rows(5), "too_few_rows"),
    "500 classes": (HEADER + rows(2000, classes=500), "too_many_classes"),
    "mostly ragged": (HEADER + rows(40) + "a,b,c\n" * 60, "rejected_rows"),
    "a class of two": (HEADER + rows(60) + "alpha beta,rare\ngamma delta,rare\n", "tiny_class"),
}


@pytest.mark.parametrize("filename", REFUSED)
def test_a_file_that_holds_no_table_is_refused_in_one_sentence(settings: Settings, filename: str) -> None:
    content, sentence = REFUSED[filename]
    raw = stored(settings, content, filename)
    with pytest.raises(BadInput, match=sentence) as refusal:
        preview(raw.path, filename=filename)
    assert filename in str(refusal.value)
    assert "Error" not in str(refusal.value)
    with pytest.raises(BadInput, match=sentence):
        prepared(settings, content, filename)
    assert list_datasets(settings) == []
    assert left_over(settings) == []


@pytest.mark.parametrize("case", BLOCKED)
def test_rows_that_teach_nothing_are_blocked(settings: Settings, case: str) -> None:
    content, kind = BLOCKED[case]
    card = checked(settings, content)
    assert card.blocked
    assert kind in kinds(card, "block")
    with pytest.raises(BadInput):
        prepared(settings, content)
    assert list_datasets(settings) == []
    assert left_over(settings) == []


def test_ragged_rows_are_left_out_and_rows_below_keep_their_numbers(settings: Settings) -> None:
    content = HEADER + rows(10) + 'too,many,columns\n"two\nlines",c0\nfew\n' + rows(40, start=10) + ",c1\n"
    card = checked(settings, content)
    problems = {p.kind: p for p in card.problems}
    assert (problems["rejected_rows"].level, problems["rejected_rows"].count) == ("warn", 2)
    assert problems["rejected_rows"].rows == (11, 13)
    assert problems["missing"].rows == (54,)
    assert (card.rows_read, card.rows_used) == (54, 51)


def test_an_open_quote_blocks_instead_of_losing_half_the_file_quietly(settings: Settings) -> None:
    card = checked(settings, HEADER + rows(40) + '"open,c1\n' + rows(60, start=40))
    assert "rejected_rows" in kinds(card, "block")


@pytest.mark.parametrize(("times", "kind"), [(1, "oversized_text"), (10, "rejected_rows")])
def test_a_cell_of_megabytes_is_left_out_with_its_row(settings: Settings, times: int, kind: str) -> None:
    cell = '"' + "long " * 200_000 * times + '",c1\n'
    card = checked(settings, HEADER + rows(30) + cell + rows(30, start=30))
    found = next(p for p in card.problems if p.kind == kind)
    assert found.rows == (31,)
    assert card.rows_used == 60
    assert not card.blocked


def test_a_file_over_the_limit_leaves_nothing_behind(settings: Settings) -> None:
    small = Settings(home=settings.home, max_upload_mib=1)
    with pytest.raises(BadInput, match="larger than 1 MiB"):
        stored(small, b"x" * (2 << 20))
    assert list(small.workspace.raw.iterdir()) == []
    assert left_over(small) == []


def test_names_with_quotes_and_commands_are_only_names(settings: Settings) -> None:
    text, label = 'te"xt; DROP TABLE data;--', "la'bel"
    content = f'"{text.replace(chr(34), chr(34) * 2)}",{label}\n' + rows(60)
    dataset = prepared(settings, content, text_column=text, label_column=label, label_map={"c0": "'; DROP"})
    assert dataset.labels == ("'; DROP", "c1")


def test_a_column_step_mask_or_encoding_that_does_not_exist_is_named_with_the_choices(settings: Settings) -> None:
    content = HEADER + rows(60)
    with pytest.raises(BadInput, match="no column body; choose one of: text, label"):
        checked(settings, content, text_column="body")
    with pytest.raises(BadInput, match="no cleaning step wash; choose from: drop_missing"):
        checked(settings, content, cleaning=("wash",))
    with pytest.raises(BadInput, match="no mask face; choose from: email"):
        checked(settings, content, masks=("face",))
    with pytest.raises(BadInput, match="ebcdic is not an encoding"):
        checked(settings, content, encoding="ebcdic")
    with pytest.raises(BadInput, match="both the text and the label column"):
        checked(settings, content, text_column="text", label_column="text")
    with pytest.raises(BadInput, match="no stored file"):
        open_raw(settings, "0" * 64)

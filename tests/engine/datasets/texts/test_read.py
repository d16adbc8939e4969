"""Encodings, delimiters, headers and columns, as a first look tells them."""

import pytest

from engine.config import Settings
from engine.datasets.texts.columns import detect_columns
from engine.datasets.texts.read import Preview, preview
from engine.errors import BadInput
from tests.engine.datasets.files import HEADER, checked, parquet, rows, stored

FRENCH = HEADER + "Le résultat de la société a augmenté,c0\nLe bénéfice a baissé à Nîmes,c1\n" * 3 + rows(60)
CHINESE = "文本,标签\n" + "".join(
    f"公司第{i}季度净利润同比增长{i}%，好于预期,{'正面' if i % 2 else '负面'}\n" for i in range(60)
)


def look(settings: Settings, content: str | bytes, filename: str = "news.csv", **options: str) -> Preview:
    return preview(stored(settings, content, filename).path, filename=filename, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        (FRENCH, "utf-8", "utf-8"),
        (FRENCH, "utf-8-sig", "utf-8-sig"),
        (FRENCH, "cp1252", "cp1252"),
        (FRENCH, "utf-16", "utf-16"),
        (FRENCH, "utf-16-le", "utf-16-le"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_told_and_the_rows_are_right(settings: Settings, text: str, encoding: str, told: str) -> None:
    content = text.encode(encoding)
    seen = look(settings, content)
    assert seen.encoding == told
    header, first = text.splitlines()[:2]
    assert seen.columns == tuple(header.split(","))
    assert list(seen.rows[0].values()) == first.split(",")
    assert (seen.text_column, seen.label_column) == seen.columns
    card = checked(settings, content)
    assert (card.rows_read, card.encoding) == (len(text.splitlines()) - 1, told)


def test_one_accent_at_the_end_of_a_large_file_counts(settings: Settings) -> None:
    content = (HEADER + "plain words in a row,c0\n" * 300_000 + "déjà vu,c1\n").encode("cp1252")
    assert look(settings, content).encoding == "cp1252"


def test_a_few_broken_characters_leave_a_file_in_utf8_and_are_counted(settings: Settings) -> None:
    content = (HEADER + "naïve café résumé,c1\n" * 3 + rows(60)).encode() + b"broken \xff here,c1\n"
    card = checked(settings, content)
    assert card.encoding == "utf-8"
    assert next(p.count for p in card.problems if p.kind == "broken_characters") == 1


def test_the_encoding_can_be_chosen_and_one_that_does_not_fit_is_refused(settings: Settings) -> None:
    content = FRENCH.encode("cp1252")
    assert look(settings, content, encoding="windows-1252").encoding == "cp1252"
    assert "é" not in look(settings, content, encoding="cp1251").rows[0]["text"]
    with pytest.raises(BadInput, match="is not text in utf-8"):
        look(settings, content, encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_among_commas_in_texts(settings: Settings, delimiter: str) -> None:
    lines = [["id", "text", "label"]] + [[str(i), f'"first, second and {i}"', f"c{i % 2}"] for i in range(60)]
    seen = look(settings, "".join(delimiter.join(line) + "\n" for line in lines))
    assert (seen.delimiter, seen.columns) == (delimiter, ("id", "text", "label"))


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_endings_and_a_mix_of_them_are_read(settings: Settings, ending: str) -> None:
    text = HEADER + rows(60)
    assert checked(settings, text.replace("\n", ending)).rows_used == 60
    assert checked(settings, text.replace("\n", ending, 20)).rows_used == 60


def test_a_file_without_a_line_of_names_is_noticed(settings: Settings) -> None:
    content = "".join(f"{label},the news number {i}\n" for i in range(20) for label in ("neutral", "positive"))
    seen = look(settings, content)
    assert not seen.header
    assert (seen.text_column, seen.label_column) == ("column 2", "column 1")
    assert checked(settings, content).rows_read == 40


def test_columns_with_the_same_name_or_none_get_names(settings: Settings) -> None:
    assert look(settings, "text,,text,label\n" + "a,b,c,d\n").columns == ("text", "column 2", "text (2)", "label")


def test_parquet_is_read_with_every_value_as_text(settings: Settings) -> None:
    seen = look(settings, parquet(), "news.parquet")
    assert (seen.kind, seen.columns, seen.rows[0]["label"]) == ("parquet", ("text", "label"), "0")
    assert checked(settings, parquet(), "news.parquet").classes == {"0": 30, "1": 30}


def test_columns_are_told_by_name_then_by_their_looks() -> None:
    records = [{"id": str(i), "body": f"some longer words {i}", "kind": "ab"[i % 2]} for i in range(20)]
    usual = {"text": ("text",), "label": ("label",)}
    assert detect_columns(("id", "body", "kind"), records, usual) == ("body", "kind")
    assert detect_columns(("id", "Text", " LABEL "), [], usual) == ("Text", " LABEL ")
    assert detect_columns(("id", "body", "kind"), records, usual, text="id") == ("id", "kind")

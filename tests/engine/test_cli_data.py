"""What the command line says about a file before it trains on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli.train import prepared
from engine.config import Settings
from engine.errors import BadInput
from tests.engine.datasets.interactions.files import catalogue, interactions


def test_what_the_card_warns_of_is_said_each_time(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clicks, items = tmp_path / "clicks.csv", tmp_path / "items.csv"
    clicks.write_text("".join(line.replace(",4,", ",good,") for line in interactions().splitlines(keepends=True)))
    items.write_text(catalogue().replace("\ni", "\nother"))
    for _ in range(2):
        assert (
            prepared(Settings(home=workspace, offline=True), "recommendation", clicks, "", {}, {"items_raw_id": items})
            is not None
        )
        said = capsys.readouterr().err
        assert "Warning: Rows whose rating is not a number: " in said
        assert "Warning: No item that users touched stands in items.csv" in said
        assert "Note: Every interaction counts as a like" in said


def test_where_a_problem_stands_is_said_with_it(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    news = tmp_path / "news.csv"
    lines = [f"Sales of plant {i} rose by {i} percent,{('up', 'down')[i % 2]}" for i in range(60)]
    lines[6] = f"{lines[6]},one cell too many"
    news.write_text("text,label\n" + "\n".join(lines))
    prepared(Settings(home=workspace, offline=True), "finance_sentiment", news, "", {}, {})
    assert "Lines that cannot be read: 1 of 60" in (said := capsys.readouterr().err)
    assert "they are left out. Rows 7\n" in said


@pytest.mark.parametrize(
    ("header", "words"),
    [("sentence", "has one column alone, sentence"), ("sentence,when", "No column of news.csv looks like a label")],
)
def test_a_file_without_labels_is_told_what_it_lacks(workspace: Path, tmp_path: Path, header: str, words: str) -> None:
    news = tmp_path / "news.csv"
    row = "Sales of plant {i} rose in the year" + ",{i}" * header.count(",")
    news.write_text("\n".join([header, *(row.format(i=i) for i in range(40))]))
    with pytest.raises(BadInput, match=words):
        prepared(Settings(home=workspace, offline=True), "finance_sentiment", news, "", {}, {})

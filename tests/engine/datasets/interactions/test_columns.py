"""Which column is which, by its name in two languages or by what stands in it; and the preview that shows it."""

from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.interactions.columns import detect_interactions
from engine.datasets.interactions.read import preview, preview_items
from engine.errors import BadInput
from tests.engine.datasets.files import kinds
from tests.engine.datasets.interactions.files import START, catalogue, checked, interactions, lines

VALUES = [
    {"user": f"u{n % 7}", "item": f"i{n % 5}", "rating": str(n % 5), "time": str(START + n), "event": "view"}
    for n in range(40)
]


@pytest.mark.parametrize(
    "names",
    [
        {"user": "userId", "item": "movieId", "rating": "rating", "time": "timestamp"},
        {"user": "Customer ID", "item": "StockCode", "weight": "Quantity", "time": "InvoiceDate"},
        {"user": "visitorid", "item": "itemid", "event": "event", "time": "timestamp"},
        {"user": "reviewerID", "item": "asin", "rating": "overall", "time": "unixReviewTime"},
        {"user": "用户ID", "item": "商品ID", "event": "行为类型", "time": "时间戳"},
        {"user": "用户", "item": "物品", "rating": "评分", "time": "日期"},
    ],
)
def test_columns_are_known_by_their_usual_names(names: dict[str, str]) -> None:
    rows = [{name: row.get(role, "2") for role, name in names.items()} | {"other": "x"} for row in VALUES]
    found = detect_interactions(["other", *names.values()], rows, {}, {})
    assert found.columns == names
    assert found.guessed == ()


def test_columns_without_names_are_known_by_their_content(settings: Settings) -> None:
    # As in the file u.data of MovieLens 100K: no line of names, columns separated by tabs.
    content = "".join(line.replace(",", "\t").replace("u", "").replace("i", "1") for line in lines())
    card = checked(settings, content)
    assert card.used_columns == {"user": "column 1", "item": "column 2", "rating": "column 3", "time": "column 4"}
    assert "columns_by_content" in kinds(card, "note")
    assert card.rows_used == 600


def test_a_running_number_is_no_user(settings: Settings) -> None:
    content = "a,b,c\n" + "".join(f"{n},{line.split(',')[0]},{line.split(',')[1]}\n" for n, line in enumerate(lines()))
    assert checked(settings, content).used_columns == {"user": "b", "item": "c"}


def test_a_scenario_may_bring_its_own_names() -> None:
    rows = [{"reader": row["user"], "poem": row["item"]} for row in VALUES]
    found = detect_interactions(["poem", "reader"], rows, {"user": ("reader",), "item": ("poem",)}, {})
    assert found.columns == {"user": "reader", "item": "poem"}


def test_the_ids_of_items_are_found_by_what_the_interactions_name(settings: Settings) -> None:
    odd = "nr,code,name\n" + "".join(f"{n},i{n},Thing {n}\n" for n in range(30))
    card = checked(settings, interactions(), items=odd)
    assert card.used_item_columns == {"id": "code", "title": "name"}
    assert card.items_without_metadata == 0


def test_a_preview_shows_what_a_file_seems_to_be(tmp_path: Path) -> None:
    path, items = tmp_path / "clicks.csv", tmp_path / "items.csv"
    path.write_text(interactions().replace("rating", "event"), encoding="utf-8")
    items.write_text(catalogue(), encoding="utf-8")
    seen = preview(path, filename="clicks.csv")
    assert seen.found == {"user": "user", "item": "item", "event": "event", "time": "timestamp"}
    assert sum(seen.events.values()) == 200
    assert len(seen.rows) == 20
    about = preview_items(items, filename="items.csv", known_ids=seen.ids)
    assert about.found == {"id": "item", "title": "title", "text": "description", "category": "genres"}
    named = preview(path, filename="clicks.csv", columns={"user": "item", "item": "user"})
    assert named.found["user"] == "item"
    with pytest.raises(BadInput, match="no column who"):
        preview(path, filename="clicks.csv", columns={"user": "who"})

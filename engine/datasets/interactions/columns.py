"""Which column says who, what, how much and when; and which column of the items file says what about an item."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

MAX_EVENTS = 20
"""A column with more different values than this is not taken for events."""
MAX_ID_CHARS = 500
"""A longer id is left out: it is no id."""
Rows = Sequence[dict[str, str]]

USUAL_EVENT_WEIGHTS = {
    "view": 1.0, "click": 1.0, "pv": 1.0, "detail": 1.0, "play": 1.0, "浏览": 1.0, "点击": 1.0,
    "fav": 2.0, "favorite": 2.0, "favourite": 2.0, "like": 2.0, "wishlist": 2.0, "收藏": 2.0, "喜欢": 2.0,
    "cart": 3.0, "addtocart": 3.0, "basket": 3.0, "加购": 3.0, "加购物车": 3.0,
    "purchase": 5.0, "buy": 5.0, "order": 5.0, "transaction": 5.0, "购买": 5.0, "下单": 5.0, "成交": 5.0,
    "removefromcart": 0.0,
}  # fmt: skip
"""Event, as `plain` writes it → how strongly it counts, an assumption that the user can change."""

INTERACTION_NAMES: dict[str, tuple[str, ...]] = {
    "user": (
        "user", "userid", "uid", "customer", "customerid", "visitor", "visitorid", "member", "memberid", "buyer",
        "buyerid", "reviewer", "reviewerid", "client", "clientid", "account", "accountid", "session", "sessionid",
        "用户", "用户id", "用户编号", "顾客", "顾客id", "客户", "客户id", "客户编号", "会员", "会员id", "会员编号", "买家",
    ),
    "item": (
        "item", "itemid", "iid", "product", "productid", "movie", "movieid", "film", "filmid", "article", "articleid",
        "book", "bookid", "isbn", "song", "songid", "track", "trackid", "artist", "artistid", "video", "videoid",
        "game", "gameid", "asin", "parentasin", "sku", "stockcode", "goods", "goodsid", "business", "businessid",
        "物品", "物品id", "物品编号", "商品", "商品id", "商品编号", "产品", "产品id", "产品编号", "电影", "电影id", "项目",
        "项目id",
    ),
    "rating": ("rating", "ratings", "score", "stars", "star", "grade", "overall", "评分", "打分", "分数", "星级"),
    "weight": (
        "weight", "count", "counts", "plays", "playcount", "quantity", "qty", "frequency", "hours", "权重", "次数", "数量",
        "播放次数",
    ),
    "time": (
        "timestamp", "time", "datetime", "date", "ts", "unixtime", "createdat", "created", "eventtime", "ratedat",
        "unixreviewtime", "invoicedate", "orderdate", "purchasedate", "时间", "时间戳", "日期", "创建时间", "下单时间",
        "评分时间", "行为时间",
    ),
    "event": (
        "event", "eventtype", "type", "action", "actiontype", "behavior", "behaviortype", "behaviour", "activity",
        "事件", "事件类型", "行为", "行为类型", "动作", "操作",
    ),
}  # fmt: skip
"""What a column can be → what it is usually called, as `plain` writes it, the most usual first."""

ITEM_NAMES: dict[str, tuple[str, ...]] = {
    "id": (*INTERACTION_NAMES["item"], "id", "编号"),
    "title": (
        "title", "name", "itemname", "itemtitle", "productname", "producttitle", "movietitle", "moviename", "movie",
        "booktitle", "商品名称", "商品标题", "物品名称", "电影名称", "标题", "名称", "片名", "书名",
    ),
    "text": (
        "text", "description", "desc", "overview", "summary", "plot", "content", "abstract", "body", "details",
        "文本", "描述", "简介", "介绍", "内容", "详情", "摘要",
    ),
    "category": (
        "categories", "category", "genres", "genre", "tags", "tag", "maincategory", "categoryid", "department",
        "类别", "分类", "类型", "品类", "标签", "题材",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class UsualInteractions:
    """What columns are usually called; a scenario may bring its own."""

    interactions: dict[str, tuple[str, ...]] = field(default_factory=lambda: INTERACTION_NAMES)
    items: dict[str, tuple[str, ...]] = field(default_factory=lambda: ITEM_NAMES)


@dataclass(frozen=True)
class Found:
    """Role → column, and which roles were told by content rather than by name."""

    columns: dict[str, str]
    guessed: tuple[str, ...] = ()


def plain(name: str) -> str:
    """Return a name in lower case without blanks, dashes and underscores: "User ID" and "user_id" are the same."""
    return re.sub(r"[\s_\-.]+", "", name.casefold())


def detect_interactions(
    columns: Sequence[str], rows: Rows, usual: dict[str, tuple[str, ...]], given: dict[str, str]
) -> Found:
    """Return what the columns of an interactions file are. What was given is kept; names come before content."""
    found = _by_name(columns, usual, given)
    for role, fits in (("event", _looks_like_events), ("rating", _some_numbers), ("weight", _some_numbers)):
        if role in found and not given.get(role) and not fits(_values(rows, found[role])):
            del found[role]
    guessed = []
    for role, fits in LOOKS.items():
        if role not in found and (role in ("user", "item") or "user" not in found or "item" not in found):
            rest = [c for c in columns if c not in found.values()]
            if column := next((c for c in rest if fits(_values(rows, c))), ""):
                found[role] = column
                guessed.append(role)
    return Found(found, tuple(guessed))


def detect_items(
    columns: Sequence[str],
    rows: Rows,
    usual: dict[str, tuple[str, ...]],
    given: dict[str, str],
    shared_ids: Callable[[str], int],
) -> Found:
    """Return what the columns of an items file are.

    `shared_ids` counts the ids of a column that interactions name; the column with most is the id when no name says it.
    """
    found, guessed = _by_name(columns, usual, given), []
    if "id" not in given and "id" in found and not shared_ids(found["id"]):
        del found["id"]
    if "id" not in found:
        rest = [c for c in columns if c not in {v for k, v in found.items() if k in given}]
        best = max(rest, key=shared_ids, default="")
        if best and shared_ids(best):
            found = {k: v for k, v in found.items() if v != best} | {"id": best}
            guessed.append("id")
    return Found(found, tuple(guessed))


def _by_name(columns: Sequence[str], usual: dict[str, tuple[str, ...]], given: dict[str, str]) -> dict[str, str]:
    """Return the given columns, and for the other roles the column with the most usual name."""
    found = dict(given)
    for role, names in usual.items():
        free = {plain(c): c for c in reversed(columns) if c not in found.values()}
        if role not in found and (column := next((free[n] for n in map(plain, names) if n in free), "")):
            found[role] = column
    return found


def _values(rows: Rows, column: str) -> list[str]:
    return [value for row in rows if (value := row.get(column, "").strip())]


def _looks_like_events(values: Sequence[str]) -> bool:
    return bool(values) and len(set(values)) <= min(MAX_EVENTS, max(1, len(values) // 2))


def _some_numbers(values: Sequence[str]) -> bool:
    """Tell that a column holds numbers, or a few words in their place, which the card then speaks of."""
    return bool(values) and (_share(values, _number) > 0 or _looks_like_events(values))


def _looks_like_times(values: Sequence[str]) -> bool:
    dates = r"\d{4}[-/年]\d{1,2}[-/月]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}"
    return bool(values) and _share(values, lambda v: bool(re.match(dates, v)) or _unix_time(v)) >= 0.9


def _looks_like_words(values: Sequence[str]) -> bool:
    return len(values) >= 10 and len(set(values)) > 1 and _looks_like_events(values) and not _share(values, _number)


def _looks_like_ratings(values: Sequence[str]) -> bool:
    """Tell numbers of which a handful repeat; a rating has at most 21 steps, from 0 to 10 by halves."""
    return len(values) >= 10 and len(set(values)) <= min(21, len(values) // 4) and _share(values, _rating) == 1


def _looks_like_ids(values: Sequence[str]) -> bool:
    """Tell short values that are no running number of the rows."""
    if not values or max(map(len, values)) > 64:
        return False
    numbers = [int(v) for v in values if re.fullmatch(r"\d{1,18}", v)]
    counts_up = len(numbers) == len(values) > 2 and all(b - a == 1 for a, b in zip(numbers, numbers[1:], strict=False))
    return not counts_up


LOOKS: dict[str, Callable[[Sequence[str]], bool]] = {
    "time": _looks_like_times,
    "event": _looks_like_words,
    "rating": _looks_like_ratings,
    "user": _looks_like_ids,
    "item": _looks_like_ids,
}
"""Role → what its values look like, the surest first."""


def _number(value: str) -> bool:
    try:
        float(value.replace(",", "."))
    except ValueError:
        return False
    return True


def _rating(value: str) -> bool:
    return _number(value) and -10 <= float(value.replace(",", ".")) <= 100


def _unix_time(value: str) -> bool:
    return _number(value) and 1e8 <= float(value.replace(",", ".")) < 1e17


def _share(values: Iterable[str], fits: Callable[[str], bool]) -> float:
    answers = [fits(value) for value in values]
    return sum(answers) / len(answers) if answers else 0.0

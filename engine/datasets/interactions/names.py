"""What columns and events are usually called, in English and Chinese, written as `plain` writes them."""

from __future__ import annotations

import re


def plain(name: str) -> str:
    """Return a name in lower case without blanks, dashes and underscores: "User ID" and "user_id" are the same."""
    return re.sub(r"[\s_\-.]+", "", name.casefold())


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
        "用户", "用户id", "用户编号", "顾客", "顾客id", "客户", "客户id", "客户编号", "会员", "会员id", "会员编号",
        "买家",
    ),
    "item": (
        "item", "itemid", "iid", "product", "productid", "movie", "movieid", "film", "filmid", "article", "articleid",
        "book", "bookid", "isbn", "song", "songid", "track", "trackid", "artist", "artistid", "video", "videoid",
        "game", "gameid", "asin", "parentasin", "sku", "stockcode", "goods", "goodsid", "business", "businessid",
        "物品", "物品id", "物品编号", "商品", "商品id", "商品编号", "产品", "产品id", "产品编号", "电影", "电影id",
        "项目", "项目id",
    ),
    "rating": ("rating", "ratings", "score", "stars", "star", "grade", "overall", "评分", "打分", "分数", "星级"),
    "weight": (
        "weight", "count", "counts", "plays", "playcount", "quantity", "qty", "frequency", "hours", "权重", "次数",
        "数量", "播放次数",
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
"""What a column of an items file can be → what it is usually called."""

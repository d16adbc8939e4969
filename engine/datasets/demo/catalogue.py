"""A made-up shop, for when the real demo data cannot be fetched: products with texts, customers with tastes, visits.

What a customer looks at follows from what a product is, so that models of every kind have something to find:

- Taste: a customer likes a few categories, one style and one level of price. Titles and texts say all three, so that
  a model that reads them can rank a product that nobody has touched.
- Hidden taste: a few numbers for each customer and product that no text tells; only others' behaviour does.
- Popularity: some products sell whoever comes.
- Visits: each has a theme, and people move on from one category to its neighbour; so the order matters.
- Time: products come out during the half-year, and the last of them (NEW of all) have not been looked at yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from engine.datasets.demo.catalogue_words import KINDS, NEXT_TO, PRICES, STYLES
from engine.files import csv_bytes

USERS = 600
ITEMS_A_KIND = 5
NEW = 0.05
"""The share of products that came out last and have no visitors yet."""
VISITS_A_USER = 3.6
LOOKED_AT = 3.0
"""Products looked at in a visit, on average, beyond the first."""
CART, PURCHASE = 0.3, 0.5
"""How often a product that was looked at is put into the cart, and bought from there."""
HIDDEN = 4
START = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp())
DAYS = 180
CATEGORY, STYLE, PRICE, THEME, NEIGHBOUR, POPULAR, FACTOR = 2.4, 2.2, 1.6, 1.6, 0.8, 0.9, 1.3
"""How much each reason counts beside chance (Gumbel noise of scale 1). Assumed."""


@dataclass(frozen=True)
class Product:
    """One product of the shop."""

    id: str
    title: str
    text: str
    category: str
    style: str
    price: str


@dataclass(frozen=True)
class Shop:
    """Everything that was generated: the two files, as rows below their line of names."""

    products: tuple[Product, ...]
    events: tuple[tuple[str, str, str, int], ...]
    """(user, item, event, seconds since 1970), oldest first."""

    def interactions_csv(self) -> bytes:
        """Return the interactions: user, item, event, timestamp, UTF-8."""
        return csv_bytes(("user", "item", "event", "timestamp"), self.events)

    def items_csv(self) -> bytes:
        """Return the products: item, title, description, category, UTF-8."""
        rows = ((p.id, p.title, p.text, p.category) for p in self.products)
        return csv_bytes(("item", "title", "description", "category"), rows)


def generate(seed: int = 0, users: int = USERS) -> Shop:
    """Return the shop; the same for the same seed."""
    random = np.random.default_rng(seed)
    products = _products(random)
    appeal = _appeal(random, products, users)
    released = _releases(random, len(products))
    category = np.array([list(KINDS).index(p.category) for p in products])
    events: list[tuple[str, str, str, int]] = []
    for user in range(users):
        for start in _visits(random):
            looked_at = _look(random, appeal[user], category, released, start)
            events += _act(random, f"C{user + 1:04d}", [products[i].id for i in looked_at], start)
    return Shop(products, tuple(sorted(events, key=lambda e: (e[3], e[0]))))


def _products(random: np.random.Generator) -> tuple[Product, ...]:
    """Return ITEMS_A_KIND products of each kind, in an order that says nothing; every title once."""
    found: dict[str, Product] = {}
    kinds = [(c, kind, does) for c, all_kinds in KINDS.items() for kind, does in all_kinds for _ in range(ITEMS_A_KIND)]
    for number in random.permutation(len(kinds)):
        category, kind, does = kinds[number]
        while True:
            style, price = str(random.choice(list(STYLES))), str(random.choice(list(PRICES)))
            words, sentences = STYLES[style]
            title = f"{random.choice(words)} {kind}".capitalize()
            if title not in found:
                break
        text = f"{kind.capitalize()} that {does}. {random.choice(sentences)} {random.choice(PRICES[price])}"
        found[title] = Product(f"P{len(found) + 1:04d}", title, text, category, style, price)
    return tuple(found.values())


def _appeal(random: np.random.Generator, products: tuple[Product, ...], users: int) -> NDArray[np.float64]:
    """Return (users, items): how much each customer is drawn to each product, chance and visit apart."""

    def matches(values: list[str], choices: list[str], concentration: float) -> NDArray[np.float64]:
        tastes: NDArray[np.float64] = random.dirichlet([concentration] * len(choices), users)
        tastes /= tastes.max(axis=1, keepdims=True)
        return tastes[:, [choices.index(v) for v in values]]

    hidden = random.normal(size=(users, HIDDEN)) @ random.normal(size=(HIDDEN, len(products))) / np.sqrt(HIDDEN)
    return np.asarray(
        CATEGORY * matches([p.category for p in products], list(KINDS), 0.25)
        + STYLE * matches([p.style for p in products], list(STYLES), 0.5)
        + PRICE * matches([p.price for p in products], list(PRICES), 0.7)
        + FACTOR * hidden
        + POPULAR * random.normal(size=len(products))
    )


def _releases(random: np.random.Generator, items: int) -> NDArray[np.float64]:
    """Return (items,) when each product comes out, in seconds: most before the first visit, NEW after the last."""
    days = np.where(random.random(items) < 0.25, random.uniform(0, DAYS, items), 0.0)
    days[random.choice(items, round(NEW * items), replace=False)] = DAYS + 2
    return START + days * 86_400


def _visits(random: np.random.Generator) -> list[int]:
    """Return when one customer comes, in seconds: from the day of the first visit on, mostly in the evening."""
    first = random.beta(1, 3) * DAYS
    days = np.sort(random.uniform(first, DAYS, 2 + random.poisson(VISITS_A_USER * random.gamma(2, 0.5))))
    hours = np.clip(random.normal(19, 3, len(days)), 0, 23.5)
    return [int(START + int(day) * 86_400 + hour * 3600) for day, hour in zip(days, hours, strict=True)]


def _look(
    random: np.random.Generator,
    appeal: NDArray[np.float64],
    category: NDArray[np.int64],
    released: NDArray[np.float64],
    start: int,
) -> list[int]:
    """Return the products that are looked at in one visit, one after the other."""
    neighbour = np.array([list(KINDS).index(NEXT_TO[name]) for name in KINDS])
    score = np.where(released <= start, appeal + random.gumbel(size=len(appeal)), -np.inf)
    chosen = [int(score.argmax())]
    theme = category[chosen[0]]
    score = score + THEME * (category == theme) + NEIGHBOUR * (category == neighbour[theme])
    score[chosen[0]] = -np.inf
    more = np.argsort(-score)[: random.poisson(LOOKED_AT)].tolist()
    # First what belongs to the theme, then its neighbour, then the rest.
    rank = {theme: 0, neighbour[theme]: 1}
    return chosen + sorted(more, key=lambda i: rank.get(category[i], 2))


def _act(random: np.random.Generator, user: str, items: list[str], start: int) -> list[tuple[str, str, str, int]]:
    """Return what a customer does with the products looked at: view, perhaps cart, perhaps purchase."""
    events, now = [], start
    for item in items:
        now += int(random.integers(15, 120))
        events.append((user, item, "view", now))
        if random.random() < CART:
            now += int(random.integers(5, 40))
            events.append((user, item, "cart", now))
            if random.random() < PURCHASE:
                now += int(random.integers(30, 90))
                events.append((user, item, "purchase", now))
    return events

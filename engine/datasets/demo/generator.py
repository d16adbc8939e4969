"""Made-up sentences of financial news with a sentiment, for when the real demo data cannot be fetched.

Written so that a model has to read, not to spot words:

- The same verb is good or bad by its noun: costs that fall are good news, sales that fall are not.
- In some comparisons no verb says the direction; only the two figures do.
- Negation, expectations ("fell less than feared") and failed hopes turn the sense around.
- Mixed sentences carry both signs; the clause after "but", "although" … decides by one rule: what is said of the main
  clause counts.
- Neutral sentences use the same nouns, verbs and figures: dates of profit reports, shares of sales, ranges.
- UNCLEAR_NEWS (about 6 %) is labelled by lot, as annotators would disagree, and NOISE of all labels is swapped for
  another one. So nobody can be right on more than about 93 %, and the figure on screen is never near 100 %.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from engine.datasets.demo import words as w
from engine.files import csv_bytes

ROWS = 2400
SHARES = {"neutral": 0.46, "positive": 0.31, "negative": 0.23}
"""Close to the balance of the Financial PhraseBank, with more negatives."""
NOISE = 0.03
UNCLEAR = 0.06
OPPOSITE = {"positive": "negative", "negative": "positive"}
Sentence = Callable[[Random, str], str]


def generate(seed: int = 0, rows: int = ROWS) -> list[tuple[str, str]]:
    """Return `rows` pairs (text, label), every text different; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - sentences, not secrets
    found: dict[str, tuple[str, str]] = {}
    while len(found) < rows:
        label = random.choices(list(SHARES), list(SHARES.values()))[0]
        text = _finish(random, _sentence(random, label))
        if random.random() < NOISE:
            label = random.choice([other for other in SHARES if other != label])
        found.setdefault(" ".join(text.casefold().split()), (text, label))
    return list(found.values())


def as_csv(rows: list[tuple[str, str]]) -> bytes:
    """Return the rows as CSV with the columns text and label, UTF-8."""
    return csv_bytes(("text", "label"), rows)


def _sentence(random: Random, label: str) -> str:
    if random.random() < UNCLEAR:
        return random.choice(w.UNCLEAR_NEWS)
    if label == "neutral":
        kinds: tuple[tuple[Sentence, float], ...] = ((_no_news, 0.55), (_unchanged, 0.2), (_forecast, 0.25))
    else:
        kinds = ((_move, 0.28), (_figures, 0.1), (_negated, 0.1), (_expected, 0.1), (_mixed, 0.1), (_news, 0.32))
    build = random.choices([k for k, _ in kinds], [weight for _, weight in kinds])[0]
    return build(random, label)


def _noun_and_direction(random: Random, label: str, *, money: bool = False) -> tuple[str, bool]:
    """Return a noun and whether it goes up, so that this is news of the sort `label`; with `money`, a sum of money."""
    up = random.random() < 0.5
    if up == (label == "positive"):
        return random.choice(w.BETTER_UP_MONEY if money else w.BETTER_UP_MONEY + w.BETTER_UP_OTHER), up
    return random.choice(w.WORSE_UP_MONEY if money else w.WORSE_UP_MONEY + w.WORSE_UP_OTHER), up


def _any_noun(random: Random, *, money: bool = False) -> str:
    return _noun_and_direction(random, random.choice(("positive", "negative")), money=money)[0]


def _verb(random: Random, *, up: bool) -> str:
    return random.choice(w.SLIGHTLY) + random.choice(w.UP if up else w.DOWN)


def _move(random: Random, label: str) -> str:
    noun, up = _noun_and_direction(random, label)
    verb = _verb(random, up=up) + random.choice((" by {t} %", " by {t} %", ""))
    return random.choice(
        (
            f"{noun} of {{c}} {verb} {{q}}",
            f"{{q}}, {noun} at {{c}} {verb}",
            f"{{c}} said that {noun} in {{p}} {verb}",
            f"at {{u}} of {{c}}, {noun} {verb} from the level {{b}}",
        )
    )


def _figures(random: Random, label: str) -> str:
    noun, up = _noun_and_direction(random, label, money=True)
    now, then = ("{high}", "{low}") if up else ("{low}", "{high}")
    return random.choice(
        (
            f"{noun} of {{c}} totalled {now}, compared to {then} {{b}}",
            f"{{c}} posted {now} for {noun} {{q}} (then: {then})",
            f"{noun} of {{c}} came to {now} {{q}}, while it had been {then} {{b}}",
            f"{{q}}, {{c}} put {noun} at {now} against {then} {{b}}",
        )
    )


def _negated(random: Random, label: str) -> str:
    noun, up = _noun_and_direction(random, label)
    fear, hope = ("fall", "rise") if up else ("rise", "fall")
    return random.choice(
        (
            f"{noun} of {{c}} did not {fear} {{q}}, {{d}} had to admit",
            f"{{c}} no longer expects {noun} to {fear} in {{p}}",
            f"unlike at {{d}}, where a {fear} of {noun} was reported, {{c}} had a {hope} {{q}}",
            f"far from a {fear}, {{c}} saw a {hope} of {noun} {{q}}",
            f"the {fear} of {noun} at {{c}} has come to an end {{q}}",
        )
    )


def _expected(random: Random, label: str) -> str:
    noun, up = _noun_and_direction(random, label)
    sum_noun, more = _noun_and_direction(random, label, money=True)
    forecast, came = ("{low}", "{high}") if more else ("{high}", "{low}")
    return random.choice(
        (
            f"{noun} of {{c}} {_verb(random, up=not up)} {{q}}, but much less than {{d}} had forecast",
            f"{noun} of {{c}} {_verb(random, up=up)} {{q}}, more than the {{t}} % that was expected",
            f"{{d}} had forecast {sum_noun} of {forecast} for {{c}}; the figure came in at {came}",
            f"the {'fall' if up else 'rise'} of {noun} at {{c}} slowed to {{t}} % {{q}}",
        )
    )


def _mixed(random: Random, label: str) -> str:
    noun, up = _noun_and_direction(random, label)
    other, other_up = noun, up
    while other == noun:
        other, other_up = _noun_and_direction(random, OPPOSITE[label])
    main, aside = f"{noun} {_verb(random, up=up)}", f"{other} {_verb(random, up=other_up)}"
    return random.choice(
        (
            f"although {aside} {{q}}, {main} at {{c}}",
            f"at {{c}} {main} {{q}} even though {aside}",
            f"{{c}} reports that {main} by {{t}} %, despite the fact that {aside}",
            f"while {aside} in {{p}}, what counts for {{c}} is that {main}",
        )
    )


def _news(random: Random, label: str) -> str:
    return random.choice(w.GOOD_NEWS if label == "positive" else w.BAD_NEWS)


def _no_news(random: Random, _label: str) -> str:
    return random.choice(w.NO_NEWS)


def _unchanged(random: Random, _label: str) -> str:
    noun, money = _any_noun(random), _any_noun(random, money=True)
    return random.choice(
        (
            f"{money} of {{c}} remained at {{m}} {{q}}",
            f"{money} of {{c}} amounted to {{m}} {{q}}",
            f"{{q}}, {noun} at {{c}} neither {random.choice(w.UP)} nor {random.choice(w.DOWN)}",
            f"{noun} of {{c}} in {{p}} stayed within {{t}} % of the level {{b}}",
        )
    )


def _forecast(random: Random, _label: str) -> str:
    noun = _any_noun(random)
    return random.choice(
        (
            f"{{c}} will say on {{y}} {{o}} whether {noun} {random.choice(w.UP + w.DOWN)} {{q}}",
            f"{{c}} defines {noun} as in the accounts of {{d}}, up or down by rounding",
            f"the figures for {noun} of {{c}} {{q}} have not been audited",
            f"{{w}} of {{d}} asks {{c}} how {noun} is measured in {{p}}",
            f"{{c}} has reported {noun} separately for {{u}} since {{o}}",
        )
    )


def _finish(random: Random, sentence: str) -> str:
    """Fill the places of a sentence, with something before or behind it, and write it as a sentence."""
    template = random.choice(w.LEADS) + sentence + random.choice(w.TAILS)
    low = random.uniform(1, 400)
    currency = random.choice(w.CURRENCIES)
    text = template.format(
        c=_company(random),
        d=_company(random),
        p=random.choice(w.PLACES),
        u=random.choice(w.UNITS),
        q=random.choice(w.PERIODS),
        b=random.choice(w.BEFORE),
        o=random.choice(w.MONTHS),
        w=random.choice(w.PEOPLE),
        y=random.randint(2, 28),
        t=random.choice((random.randint(2, 48), round(random.uniform(0.4, 19), 1))),
        n=random.choice((random.randint(20, 900), random.randint(2, 60) * 100)),
        a=f"{currency} {random.uniform(0.05, 2.4):.2f}",
        m=_money(random, currency, random.uniform(0.4, 900)),
        low=_money(random, currency, low),
        high=_money(random, currency, low * random.uniform(1.05, 1.9)),
    )
    return text[0].upper() + text[1:] + "."


def _money(random: Random, currency: str, millions: float) -> str:
    return f"{currency} {millions:.{random.choice((0, 1, 1, 2)) if millions > 20 else 1}f} mn"


def _company(random: Random) -> str:
    return random.choice(w.STEMS) + random.choice(w.ENDINGS) + random.choice(w.FORMS)

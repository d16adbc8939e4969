"""Which backbone fits this data, best first, and why. A rule of thumb that says its reasons; no model is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.datasets.texts.options import TextCard
from engine.messages import Message
from engine.models.backbones import BACKBONES, MINILM, Backbone
from engine.models.catalog import packaged_folder
from engine.models.estimate import mean_tokens

FEW_ROWS = 2_000
"""Below this, a large encoder has more weights to move than the data can steady."""
MEASURED_US_PER_ACTIVE_MPARAM = 6.0
"""One text and thread, of a million parameters and a token: MiniLM L6 in ONNX int8 took 2.0 ms for 31 tokens."""
KNOWN_SHARE = 0.8
"""The share of the texts that has to be in languages the backbone knows."""


@dataclass(frozen=True)
class Advice:
    """One backbone, how well it fits from 0 to 1, and the reasons for and against it."""

    backbone: Backbone
    score: float
    reasons: tuple[Message, ...]
    usable: bool
    """Whether nothing stands against it: language, licence and reach."""
    here: bool
    """Whether it is on this machine already."""


@dataclass(frozen=True)
class _Point:
    """A reason and what it adds."""

    points: float
    reason: Message
    stops: bool = False


def advise(
    card: TextCard,
    *,
    domain: str = "finance",
    latency_ms: float | None = None,
    commercial: bool = False,
    offline: bool = False,
    backbones: Iterable[Backbone] = tuple(BACKBONES.values()),
) -> list[Advice]:
    """Return advice on each of `backbones` for the data of `card`, best first.

    `domain` is the scenario's kind of text, `latency_ms` a wish for one text on one thread, `commercial` whether the
    model is to earn money, `offline` whether nothing may be downloaded.
    """
    found = []
    for backbone in backbones:
        here = any(packaged_folder(package) for package in backbone.packages)
        points = [
            _language(backbone, card),
            *_licence(backbone, commercial),
            *_reach(here, offline),
            *_size(backbone, card),
            *_domain(backbone, domain),
            *_latency(backbone, card, latency_ms),
        ]
        score = min(1.0, max(0.0, 0.5 + sum(p.points for p in points)))
        usable = not any(p.stops for p in points)
        found.append(Advice(backbone, score if usable else 0.0, tuple(p.reason for p in points), usable, here))
    return sorted(found, key=lambda a: (-a.score, a.backbone.parameters))


def expected_latency_ms(backbone: Backbone, tokens: float) -> float:
    """Return a rough latency of one text of `tokens` on one thread in int8: work scales with active parameters."""
    return MEASURED_US_PER_ACTIVE_MPARAM * backbone.active_parameters / 1e6 * tokens / 1e3


def _language(backbone: Backbone, card: TextCard) -> _Point:
    known = sum(share for code, share in card.languages.items() if code in backbone.languages)
    if not card.languages:
        return _Point(0.0, Message("The language of the texts is not known."))
    if known >= KNOWN_SHARE:
        # One that knows many languages spends its size on all of them.
        return _Point(0.2 if len(backbone.languages) == 1 else 0.1, Message("It knows the language of the texts."))
    return _Point(-0.5, Message("It knows the language of {share:.0%} of the texts.", share=known), stops=known < 0.5)


def _licence(backbone: Backbone, commercial: bool) -> list[_Point]:
    if backbone.commercial_use:
        return [_Point(0.0, Message("Its licence, {licence}, allows commercial use.", licence=backbone.licence))]
    reason = Message("Its licence, {licence}, does not clearly allow commercial use.", licence=backbone.licence)
    return [_Point(-0.2, reason, stops=commercial)]


def _reach(here: bool, offline: bool) -> list[_Point]:
    if here:
        return [_Point(0.15, Message("It is on this machine already."))]
    return [_Point(0.0, Message("It has to be downloaded first."), stops=offline)]


def _size(backbone: Backbone, card: TextCard) -> list[_Point]:
    times = backbone.active_parameters / MINILM.active_parameters
    if times < 1.5:
        return [_Point(0.1, Message("It is small: training takes minutes on a processor."))]
    reason = Message("Each text is {times:.1f} times the work of the smallest one.", times=times)
    found = [_Point(-0.02 * times, reason)]
    if card.rows_used < FEW_ROWS and times > 4:
        found.append(_Point(-0.05, Message("{rows} rows are few for its size.", rows=card.rows_used)))
    return found


def _domain(backbone: Backbone, domain: str) -> list[_Point]:
    return [_Point(0.15, Message("It was trained on text of this kind."))] if domain in backbone.domains else []


def _latency(backbone: Backbone, card: TextCard, wish_ms: float | None) -> list[_Point]:
    if wish_ms is None:
        return []
    expected = expected_latency_ms(backbone, mean_tokens(card, 128))
    if expected <= wish_ms:
        return [_Point(0.05, Message("About {latency:.1f} ms a text: within the wish.", latency=expected))]
    return [_Point(-0.3, Message("About {latency:.1f} ms a text: more than the wish.", latency=expected))]

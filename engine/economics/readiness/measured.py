"""What measurements are worth: the criteria that rest on a run, on its data card and on the case.

The thresholds are this product's own conventions, not published figures; each stands beside its reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from engine.economics.readiness.evidence import CaseFacts, DataFacts, Facts, Found, Kind, RunFacts, falling
from engine.messages import Message

SURE_WIDTH, VAGUE_WIDTH = 0.04, 0.20
"""Widths of a 95% interval: two points to each side settle most choices; ten to each side settle none."""
REPEATED_WORST = 0.10
"""A tenth of repeated rows moves a test figure by as much as recipes differ."""
SOON_MONTHS, LATE_MONTHS = 24.0, 60.0
"""Break-even: within a usual round of funding, and at the end of the plan."""
LONG_MONTHS, SHORT_MONTHS = 18.0, 6.0
"""Runway: the time a round is raised for, and the time raising one takes."""
RARELY_BROKE, OFTEN_BROKE = 0.1, 0.5
"""Futures without cash: one in ten is what plans are usually held to; in one of two the plan is a coin."""
POOR_MARGIN, GOOD_MARGIN = 0.3, 0.7
"""Gross margin: that of a service done by hand, and the lower end of what software firms report."""
ENOUGH_BUILD, ENOUGH_SUPPORT = 2.0, 1.0
"""Two who build, so that one may be ill; one who answers customers."""

Judge = Callable[[Facts], Found | None]


def of_run(judge: Callable[[RunFacts], Found | None]) -> Judge:
    """Return a judge that knows nothing without a run."""
    return lambda facts: judge(facts.run) if facts.run else None


def of_data(judge: Callable[[DataFacts], Found | None]) -> Judge:
    """Return a judge that knows nothing without a data card."""
    return lambda facts: judge(facts.data) if facts.data else None


def of_case(judge: Callable[[CaseFacts], Found | None]) -> Judge:
    """Return a judge that knows nothing without a case, and says which case it speaks of."""
    return lambda facts: _in_case(judge(facts.case), facts.case) if facts.case else None


def _in_case(found: Found | None, case: CaseFacts) -> Found | None:
    if found is None or not case.name:
        return found
    return replace(found, words=Message("{words} (case {case})", words=found.words, case=case.name))


def beats_baseline(run: RunFacts) -> Found | None:
    """All points beyond chance, half when only the values differ, none when a simple model is as good."""
    base, mine = run.baseline, run.quality
    if base is None:
        return None
    share = 1.0 if mine.low > base.high else 0.5 if mine.value > base.value else 0.0
    words = Message("{mine:.3f} against {base:.3f} of the simple model", mine=mine.value, base=base.value)
    return Found(share, "measured", words)


def is_sure(run: RunFacts) -> Found:
    width = max(0.0, run.quality.high - run.quality.low)
    words = Message(
        "Between {low:.3f} and {high:.3f}, on {rows} test rows", low=run.quality.low, high=run.quality.high,
        rows=run.test_rows,
    )  # fmt: skip
    return Found(falling(width, SURE_WIDTH, VAGUE_WIDTH), "measured", words)


def is_exact(run: RunFacts) -> Found | None:
    if run.exact is None:
        return None
    words = {
        1.0: Message("The exported model passed its checks"),
        0.5: Message("The 8-bit model did not pass, the larger one is served"),
    }.get(run.exact, Message("The exported model did not pass its checks"))
    return Found(run.exact, "measured", words)


def in_time(facts: Facts) -> Found | None:
    """All points within the promise; beyond it the share of the time that was promised."""
    promise = facts.answers.get("promise_ms")
    if promise is None or facts.run is None or facts.run.p95_ms is None:
        return None
    promised, took = float(promise), facts.run.p95_ms
    words = Message("{took:.1f} ms of {promised:.0f} ms", took=took, promised=promised)
    return Found(1.0 if took <= promised else promised / took, "measured", words)


def not_repeated(data: DataFacts) -> Found | None:
    if data.repeated is None:
        return None
    words = Message("{share:.1%} of {rows} rows stand there more than once", share=data.repeated, rows=data.rows)
    return Found(falling(data.repeated, 0.0, REPEATED_WORST), "measured", words)


def is_real(data: DataFacts) -> Found:
    if data.synthetic:
        return Found(0.0, "measured", Message("The data was made by a program"))
    return Found(1.0, "measured", Message("The data was not made by a program"))


def may_be_sold(data: DataFacts) -> Found | None:
    if data.commercial_use is None:
        return None
    licence = data.licence or Message("not named")
    if data.commercial_use:
        return Found(1.0, "measured", Message("The licence ({licence}) allows commercial use", licence=licence))
    return Found(0.0, "measured", Message("The licence ({licence}) forbids commercial use", licence=licence))


def no_people(data: DataFacts) -> Found | None:
    if data.personal:
        return Found(0.0, "measured", Message("Data about people was found and is still there"))
    if data.masked:
        return Found(0.75, "measured", Message("Data about people was found and taken out"))
    if data.personal is None:
        return None
    return Found(1.0, "measured", Message("No data about people was found"))


def knows_energy(run: RunFacts) -> Found | None:
    if run.energy_kwh is None:
        return None
    return Found(1.0, "measured", Message("{kwh:.3g} kWh for training", kwh=run.energy_kwh))


def is_frugal(run: RunFacts) -> Found | None:
    if run.cheaper_equal is None:
        return None
    if run.cheaper_equal:
        return Found(0.0, "measured", Message("Another run is as good for less than half the energy"))
    return Found(1.0, "measured", Message("No run is as good for less than half the energy"))


def breaks_even(case: CaseFacts) -> Found | None:
    month = case.break_even_month
    if month is None or math.isnan(month):
        return None
    words = Message("In month {month:.0f}", month=month) if math.isfinite(month) else Message("Not within the plan")
    return Found(falling(month, SOON_MONTHS, LATE_MONTHS), "assumed", words)


def lasts(case: CaseFacts) -> Found | None:
    months = case.runway_months
    if months is None or math.isnan(months):
        return None
    words = (
        Message("{months:.0f} months of cash", months=months)
        if math.isfinite(months)
        else Message("Cash does not run out within the plan")
    )
    return Found(1 - falling(months, SHORT_MONTHS, LONG_MONTHS), "assumed", words)


def stays_solvent(case: CaseFacts) -> Found | None:
    if case.broke_share is None:
        return None
    words = Message("{share:.0%} of futures run out of cash", share=case.broke_share)
    return Found(falling(case.broke_share, RARELY_BROKE, OFTEN_BROKE), "assumed", words)


def has_margin(case: CaseFacts) -> Found | None:
    if case.gross_margin is None:
        return None
    words = Message("Gross margin of {share:.0%} in the third year", share=case.gross_margin)
    return Found(1 - falling(case.gross_margin, POOR_MARGIN, GOOD_MARGIN), "assumed", words)


def pays_for_team(case: CaseFacts) -> Found | None:
    """Half of the points for enough who build, half for those who keep it running."""
    if case.builders is None or case.supporters is None:
        return None
    words = Message(
        "{builders:g} who build and {supporters:g} who support are paid by month 12",
        builders=case.builders, supporters=case.supporters,
    )  # fmt: skip
    share = min(case.builders / ENOUGH_BUILD, 1) / 2 + min(case.supporters / ENOUGH_SUPPORT, 1) / 2
    return Found(share, "assumed", words)


def _none_applies(facts: Facts) -> Found | None:
    """Return all points where no rule applies and none is open."""
    if facts.compliance.having("open"):
        return None
    return Found(1.0, "answered", Message("No rule of the list applies"))


def rules_planned(facts: Facts) -> Found | None:
    """Share of the rules that apply whose cost and time are in the plan."""
    if rules_known(facts) is None:
        return None
    if not facts.compliance.applying:
        return _none_applies(facts)
    if facts.case is None:
        return None
    applying = {m.rule.id for m in facts.compliance.applying}
    there = len(applying & facts.case.rules)
    words = Message("{there} of {all} are in the plan", there=there, all=len(applying))
    return _in_case(Found(there / len(applying), "assumed", words), facts.case)


def rules_known(facts: Facts) -> Found | None:
    """Share of the rules about which the answers decide; nothing before somebody has answered where it is sold."""
    if not any(q in facts.answers for q in ("market_eu", "market_us", "market_cn")):
        return None
    met = facts.compliance.met
    decided = sum(m.status != "open" for m in met)
    words = Message("{decided} of {all} rules decided", decided=decided, all=len(met))
    return Found(decided / len(met), "answered", words)


def rules_priced(facts: Facts) -> Found | None:
    """Share of the rules that apply whose cost is known, and whose time where it holds up a sale."""
    if rules_known(facts) is None:
        return None
    found = facts.compliance
    if not found.applying:
        return _none_applies(facts)
    missing = {m.rule.id for m in (*found.without_cost, *found.without_months)}
    kind: Kind = "assumed" if any(m.own for m in found.applying) else "answered"
    priced = len(found.applying) - len(missing)
    words = Message("{priced} of {all} with cost and time", priced=priced, all=len(found.applying))
    return Found(priced / len(found.applying), kind, words)

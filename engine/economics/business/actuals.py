"""What really happened, month by month, beside the plan; and the plan again from there."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass

import numpy as np

from engine.economics.business.assumptions import MONTHS
from engine.economics.business.case import Case
from engine.economics.business.demand import Correction
from engine.economics.business.model import Outcome
from engine.economics.business.spread import Array
from engine.errors import BadInput

COLUMNS = {
    "month": ("month", "months", "date", "月", "月份"),
    "revenue": ("revenue", "income", "sales", "收入", "营收"),
    "costs": ("costs", "cost", "expenses", "成本", "支出", "费用"),
    "cash": ("cash", "balance", "现金", "余额"),
    "customers": ("customers", "clients", "客户", "客户数"),
}
"""Column → names it goes by."""
MEASURES = ("revenue", "costs", "cash", "customers")
RECENT = 3
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Actuals:
    """What was counted: month from 1 → measure → value. USD, and customers as a number."""

    months: dict[int, dict[str, float]]

    @property
    def last(self) -> int:
        return max(self.months)

    def series(self, measure: str) -> Array:
        """Return one measure by month, (months,), NaN where it was not counted."""
        return np.array([self.months.get(m, {}).get(measure, math.nan) for m in range(1, MONTHS + 1)])


def read_actuals(data: bytes, case: Case) -> Actuals:
    """Return the actuals of a CSV file: a month (1 to 60, or YYYY-MM) and any of `MEASURES`.

    Raises BadInput naming the line and the column at fault: months not planned or given twice, values that are no
    numbers, a file without a month or without anything to compare.
    """
    lines = [row for row in _rows(data) if any(cell.strip() for cell in row)]
    if not lines:
        raise BadInput("The file is empty; give a CSV with the columns month, revenue, costs, cash, customers.")
    places = _columns(lines[0])
    months: dict[int, dict[str, float]] = {}
    for number, row in enumerate(lines[1:], start=2):
        month = _month(_cell(row, places["month"]), case, number)
        if month in months:
            raise BadInput("Line {line} gives month {month} a second time; keep one.", line=number, month=month)
        months[month] = {
            name: value
            for name, at in places.items()
            if name != "month" and (value := _value(_cell(row, at), name, number)) is not None
        }
    if not any(months.values()):
        raise BadInput("The file has no month with a value; give at least one.")
    return Actuals({m: found for m, found in sorted(months.items()) if found})


def planned(outcome: Outcome) -> dict[str, Array]:
    """Return the plan's `MEASURES` by month, each (months,), of the first future."""
    income = outcome.income
    return {
        "revenue": income.revenue[:, 0],
        "costs": (income.revenue - income.operating)[:, 0],
        "cash": outcome.ledger.cash[:, 0],
        "customers": outcome.market.customers[:, :, 0].sum(axis=1),
    }


def correction(outcome: Outcome, actuals: Actuals) -> Correction:
    """Return how the plan goes on from the last month that was counted.

    Customers and cash are set to what was counted. What a customer pays, and what is spent, go on at the ratio of
    actual to plan over the last three months in which both were counted.
    """
    plan, at = planned(outcome), actuals.last
    counted = actuals.months[at]
    revenue = _ratio(plan["revenue"], actuals.series("revenue"))
    people = _ratio(plan["customers"], actuals.series("customers"))
    return Correction(
        month=at,
        customers=counted.get("customers"),
        cash_usd=counted.get("cash"),
        revenue_factor=revenue / people if people > 0 else revenue,
        cost_factor=_ratio(plan["costs"], actuals.series("costs")),
    )


def _ratio(plan: Array, actual: Array) -> float:
    both = np.flatnonzero(np.isfinite(actual) & (plan > 0))[-RECENT:]
    return float(actual[both].sum() / plan[both].sum()) if len(both) else 1.0


def _rows(data: bytes) -> list[list[str]]:
    if len(data) > MOST_BYTES:
        raise BadInput("The file is larger than {most} bytes; sixty months take far less.", most=MOST_BYTES)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadInput("The file is no text; save it as CSV in UTF-8.")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadInput("The file is no CSV: {reason}. Save it again as CSV.", reason=str(error)) from error


def _columns(head: list[str]) -> dict[str, int]:
    given = [cell.strip().lower() for cell in head]
    found = {name: given.index(alias) for name, names in COLUMNS.items() for alias in names if alias in given}
    if "month" not in found:
        raise BadInput(
            "The file has the columns {given}; it needs one called month.", given=", ".join(given)[:120] or "–"
        )
    if len(found) < 2:
        raise BadInput("Beside month the file needs at least one of {known}.", known=", ".join(MEASURES))
    return found


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _month(text: str, case: Case, line: int) -> int:
    if dated := re.match(r"(20\d\d)[-/.](\d{1,2})(\D|$)", text):
        year, first = (int(n) for n in case.start.split("-"))
        month = (int(dated[1]) - year) * 12 + int(dated[2]) - first + 1
    elif re.fullmatch(r"-?\d+(\.0+)?", text):
        month = int(float(text))
    else:
        raise BadInput("Line {line} has the month {text}; give 1 to {most}, or YYYY-MM.",
                       line=line, text=text[:20] or "–", most=MONTHS)  # fmt: skip
    if not 1 <= month <= MONTHS:
        raise BadInput(
            "Line {line} has the month {text}, which is not planned; the plan has {most} months from {start} on.",
            line=line, text=text[:20], most=MONTHS, start=case.start,
        )  # fmt: skip
    return month


def _value(text: str, column: str, line: int) -> float | None:
    if not text:
        return None
    plain = re.sub(r"[\s,$€¥'_]", "", text)
    try:
        value = float(plain)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e15:
        raise BadInput(
            "Line {line} has {text} under {column}; give a number.", line=line, text=text[:20], column=column
        )
    if value < 0 and column in {"revenue", "customers"}:
        raise BadInput(
            "Line {line} has {text} under {column}; give 0 or more.", line=line, text=text[:20], column=column
        )
    return value

"""A plan as files: every figure is the model's, and nothing somebody typed becomes a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pytest

from engine.economics.business import metrics, model, uncertainty
from engine.economics.business.case import Case, Hire, Round
from engine.economics.business.obligations import Obligation
from engine.economics.business.presets import preset
from engine.economics.business.serving import flat
from engine.economics.business.spread import Spread
from engine.reports.plan import Document, months_csv, workbook

SERVING = flat(0.01)


def document(case: Case) -> Document:
    outcome = model.run(case, SERVING)
    fan = uncertainty.fan(case, SERVING, futures=64)
    return Document(outcome, fan, metrics.measure(outcome, 36), 36, "Probe, seed 0", "Set by hand.")


def test_the_months_of_the_csv_are_those_of_the_model() -> None:
    of = document(preset("base"))
    text = months_csv(of).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [r["Month"] for r in rows] == [str(m) for m in range(1, 61)]
    assert (rows[0]["Date"], rows[12]["Date"]) == ("2027-01", "2028-01")
    for month in (0, 30, 59):
        assert float(rows[month]["Cash"]) == pytest.approx(of.outcome.ledger.cash[month, 0])
        assert float(rows[month]["Net profit"]) == pytest.approx(of.outcome.income.net[month, 0])
        assert float(rows[month]["Cash, P90"]) == pytest.approx(of.fan.lines["cash"][2, month])
        held = float(rows[month]["Cash"]) + float(rows[month]["Receivables"])
        owed = sum(
            float(rows[month][k]) for k in ("Payables", "Tax due", "Deferred revenue", "Paid in", "Retained profit")
        )
        assert held == pytest.approx(owed, abs=0.01)


def test_the_workbook_opens_elsewhere_with_the_same_figures() -> None:
    of = document(preset("base"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(of)))
    assert book.sheetnames == ["Figures", "Assumptions", "Team and funding", "Months", "Futures", "Cap table"]
    figures = {row[0].value: row[1].value for row in book["Figures"].iter_rows() if row[0].value}
    assert figures["NPV"] == pytest.approx(of.metrics["npv"].value)
    assert figures["Run"] == "Probe, seed 0"
    assert figures["Out of cash"] is None
    months = {row[0].value: [c.value for c in row[1:]] for row in book["Months"].iter_rows()}
    assert months["Cash"] == pytest.approx(of.outcome.ledger.cash[:, 0].tolist())
    table = [[c.value for c in row] for row in book["Cap table"].iter_rows()]
    assert sum(v for v in table[-1][4:] if v) == pytest.approx(1)
    prices = {row[0].value: row[3].value for row in book["Assumptions"].iter_rows()}
    assert prices["Price of Team, a month"] == 99


def test_what_somebody_typed_is_text_in_a_spreadsheet() -> None:
    evil = '=HYPERLINK("http://x","y")'
    case = replace(preset("base"), name=evil, hires=(Hire(evil, "run", 1, 1, 5),),
                   rounds=(Round("@SUM(A1)", "angel", "safe", 1, 1e5, 0.1),))  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(workbook(document(case))))
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    assert any(c.value == evil for c in cells)
    assert {c.data_type for c in cells} <= {"s", "n"}


def test_a_plan_in_another_currency_names_its_rate_and_day() -> None:
    of = document(replace(preset("base"), currency="CNY"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(of)))
    (row,) = [r for r in book["Figures"].iter_rows(values_only=True) if r[0] == "Exchange rate"]
    assert str(row[1]).startswith("1 CNY = 0.15")
    assert str(row[2]).startswith("20")


def test_rules_stand_in_the_files_with_cost_time_and_source() -> None:
    rule = Obligation("us_hipaa", Spread(10_000, 30_000, 50_000), Spread(3, 4.5, 6), "https://example.org (2025)")
    of = document(replace(preset("base"), rules=(rule,)))
    book = openpyxl.load_workbook(io.BytesIO(workbook(of)))
    rows = {r[0]: r[1:] for r in book["Assumptions"].iter_rows(values_only=True)}
    assert rows["Health data (HIPAA), cost once"] == ("USD", 10_000, 30_000, 50_000, "https://example.org (2025)")
    assert rows["Health data (HIPAA), time until it is met"][:4] == ("months", 3, 4.5, 6)
    (launch,) = [r for r in book["Figures"].iter_rows(values_only=True) if r[0] == "Month of the launch"]
    assert launch[1] == 6
    assert "Health data (HIPAA) has to be met before" in str(launch[2])
    months = list(csv.DictReader(io.StringIO(months_csv(of).decode("utf-8-sig"))))
    assert sum(float(m["Meeting rules"]) for m in months) == pytest.approx(30_000)


def test_amounts_stand_in_groups_and_shares_as_per_cent_with_the_whole_figure_behind() -> None:
    of = document(preset("base"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(of)))
    figures = {row[0].value: row[1] for row in book["Figures"].iter_rows() if row[0].value}
    assert (figures["NPV"].number_format, figures["Gross margin"].number_format) == ("#,##0", "0.0%")
    assert figures["Gross margin"].value == pytest.approx(of.metrics["gross_margin"].value)
    assert book["Figures"]["A1"].value == "Base"
    lists = [[c.value for c in row] for row in book["Team and funding"].iter_rows()]
    head = next(row for row in lists if row[0] == "Funding")
    angels = dict(zip(head, next(row for row in lists if row[1] == "Angels"), strict=True))
    assert (angels["Investor"], angels["Instrument"], angels["Dilution (%)"]) == ("Angels", "SAFE", 8)


def test_only_shares_are_per_cent_whatever_somebody_calls_a_round() -> None:
    case = replace(preset("base"), rounds=(Round("share it", "angel", "safe", 1, 250_000, 0.08),))
    book = openpyxl.load_workbook(io.BytesIO(workbook(document(case))))
    (named,) = [row for row in book["Team and funding"].iter_rows() if row[1].value == "share it"]
    (money,) = [c for c in named if c.value == 250_000]
    assert money.number_format == "#,##0"
    churn = next(row for row in book["Assumptions"].iter_rows() if row[1].value == "share a month")
    assert {c.number_format for c in churn[2:5]} == {"0.0%"}
    assert {c.number_format for c in list(book["Cap table"].iter_rows())[-1][4:]} == {"0.0%"}


def test_units_are_in_the_readers_language_and_a_price_is_in_its_currency() -> None:
    chinese = {"share": "占比", "months": "月", "share a month": "每月占比"}
    of = document(replace(preset("base"), currency="CNY"))
    book = openpyxl.load_workbook(io.BytesIO(workbook(of, lambda m: chinese.get(str(m), str(m)))))
    rows = {r[0].value: r for r in book["Assumptions"].iter_rows()}
    units = {r[1].value for r in rows.values()}
    assert {"占比", "每月占比", "CNY"} <= units
    assert not {"share", "share a month", "months", "price"} & units
    share = next(r for r in rows.values() if r[1].value == "占比")
    assert share[3].number_format == "0.0%"
    assert rows["Price of Team, a month"][1].value == "CNY"

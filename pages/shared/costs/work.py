"""What one chooses about work: people, training again, labels."""

from __future__ import annotations

import streamlit as st

from engine.analytics.catalogue import Catalogue
from engine.economics import facts
from engine.economics.figure import Source
from engine.economics.labels import Labelling
from engine.economics.people import MONTHS, Role, people_until
from engine.economics.programme import Programme
from engine.errors import NotFound
from pages.shared import address, fields, pricing
from pages.shared.costs.inputs import level_names
from pages.shared.costs.own import Fact, form
from pages.shared.frame import say
from pages.shared.i18n import tr
from pages.shared.numbers import money, number

COUNTRIES = ("US", "GB", "CA", "DE", "FR", "CN", "IN", "SG")
"""Where teams of the readers sit; not every one has published salaries."""


def people(known: Catalogue, found: list[Fact]) -> tuple[tuple[Role, ...], tuple[Role, ...]]:
    """Draw who looks after the model and how long; return (who builds, who buys). Nobody where no salary is known."""
    roles = sorted({s.role for s in facts.salaries().values()})
    with st.grid(3, min_column_width=200):
        role = address.choice(
            st.selectbox, tr("Role"), {r: r for r in roles}, key="role", fallback="Machine Learning Engineer"
        )
        country = address.choice(st.selectbox, tr("Country"), country_names(), key="country", fallback="US")
        level = address.choice(st.selectbox, tr("Level"), level_names(), key="level", fallback="MI")
        building = fields.number(
            tr("Share of the time, building (%)"), key="build", fallback=20, low=0, high=1000, step=5,
            help=tr("100 is a whole position, 200 are two people."),
        )  # fmt: skip
        buying = fields.number(tr("Share of the time, buying (%)"), key="buy", fallback=5, low=0, high=1000, step=5)
        hiring = fields.number(tr("Months of hiring"), key="hiring", fallback=3, low=0, high=36, whole=True)
    pay = _pay(role, country, level, known, found)
    factor = _factor(country, known, found)
    if pay is None or factor is None:
        return (), ()
    number_, source = factor

    def one(share: float) -> tuple[Role, ...]:
        return (Role(pay, share / 100, number_, source, hiring),) if share else ()

    builders = one(building)
    if builders:
        pricing.show(tr("People, building, in the first year"), people_until(builders, MONTHS))
    return builders, one(buying)


def _pay(role: str, country: str, level: str, known: Catalogue, found: list[Fact]) -> facts.Salary | None:
    """Return the salary, or ask for it and return None where nobody has published one."""
    row = f"{role}/{country}/{level}"
    try:
        pay = known.salary(role, country, level)
    except NotFound as missing:
        st.warning(say(missing.message), title=tr("People's time is not counted yet"), icon=":material/group_off:")
        form(Fact("salary", row, row, "", None), known, label=tr("Enter the salary"))
        return None
    text = tr("{median} a year ({low} to {high})", median=money(pay.median_usd), low=money(pay.p25_usd),
              high=money(pay.p75_usd))  # fmt: skip
    found.append(Fact("salary", row, row, text, pay.source, (pay.median_usd,)))
    return pay


def _factor(country: str, known: Catalogue, found: list[Fact]) -> tuple[float, Source] | None:
    """Return what the employer pays for each USD of salary, or ask for it and return None."""
    if (factor := known.employer_factor(country)) is None:
        st.warning(
            tr("What an employer in {country} pays for each USD of salary is not published here; enter it.",
               country=country_names()[country]),
            title=tr("People's time is not counted yet"), icon=":material/group_off:",
        )  # fmt: skip
        form(Fact("employer", country, country, "", None, (1.3,)), known, label=tr("Enter the employer's factor"))
        return None
    title = tr("Employer's cost for each USD of salary, {country}", country=country)
    found.append(Fact("employer", country, title, number(factor[0]), factor[1], (factor[0],)))
    return factor


def country_names() -> dict[str, str]:
    """Return the countries one can choose, in the reader's language."""
    names = {
        "US": tr("United States"), "GB": tr("United Kingdom"), "CA": tr("Canada"), "DE": tr("Germany"),
        "FR": tr("France"), "CN": tr("China"), "IN": tr("India"), "SG": tr("Singapore"),
    }  # fmt: skip
    return {code: names[code] for code in COUNTRIES}


def programme() -> Programme:
    """Draw how often one trains."""
    with st.grid(3, min_column_width=200):
        again = fields.number(tr("Retrainings a month"), key="retrain", fallback=1, low=0, high=10_000)
        tries = fields.number(tr("Experiments a month"), key="tries", fallback=4, low=0, high=10_000)
        failed = fields.number(tr("Runs that fail (%)"), key="failed", fallback=10, low=0, high=95)
    return Programme(again, tries, failed / 100)


def labelling(task: str, known: Catalogue, found: list[Fact]) -> tuple[Labelling | None, float]:
    """Draw what a label costs and how many are bought a month; return None where no price is known."""
    rates = {name: r for name, r in facts.label_rates().items() if r.task == task}
    mine = known.label_price(task)
    with st.grid(3, min_column_width=200):
        price, source = mine or (None, None)
        if rates and not mine:
            names = {k: tr("{name} · {price}", name=r.name, price=money(r.usd_per_label)) for k, r in rates.items()}
            rate = rates[
                address.choice(st.selectbox, tr("Who labels"), names, key="labeller", fallback=next(iter(names)))
            ]
            price, source = rate.usd_per_label, rate.source
        answers = fields.number(tr("Answers a row"), key="answers", fallback=3, low=1, high=50, whole=True)
        review = fields.number(tr("Rows reviewed (%)"), key="review", fallback=10, low=0, high=100, step=5)
        look = fields.number(tr("Price of a review (US$)"), key="look", fallback=0.5, low=0, high=10_000, step=0.1)
        monthly = fields.number(
            tr("New labels a month"), key="labels", fallback=0, low=0, high=1e8, step=100, whole=True
        )
    if price is None:
        st.warning(
            tr("No price of a label is published for this kind of data; enter what your labellers ask."),
            title=tr("Labels are not counted yet"), icon=":material/label_off:",
        )  # fmt: skip
        form(Fact("label", task, task, "", None), known, label=tr("Enter the price of a label"))
        return None, 0.0
    found.append(Fact("label", task, tr("One answer of a labeller"), money(price), source, (price,)))
    return Labelling(price, answers, review / 100, look, source), monthly

"""The words of the generated sentences. Companies, people and places are made up."""

from __future__ import annotations

STEMS = (
    "Aldor", "Brenn", "Calvi", "Dorna", "Elvet", "Farro", "Gessel", "Harvo", "Ilmari", "Jorvik", "Kestra", "Lumeo",
    "Marn", "Nordal", "Ostrea", "Pelka", "Quorin", "Ravel", "Sorvo", "Tilvar", "Ulsta", "Venlo", "Wexar", "Yrja",
    "Zentra", "Halcy",
)  # fmt: skip
ENDINGS = (
    "", "tec", "via", "plast", "soft", "metal", "bank", "pharma", "log", "power", "foods", "paper", "net", "works",
)  # fmt: skip
FORMS = ("", "", "", " Oyj", " plc", " AG", " Group", " Holding", " Inc", " AB", " Corp", " SA")
PLACES = (
    "Varholm", "Northern Europe", "the Baltic states", "Port Ellis", "Asia", "Latin America", "Sandvale",
    "the home market", "Central Europe", "Lindmark", "North America", "the Gulf region",
)  # fmt: skip
UNITS = (
    "the cable unit", "its retail arm", "the forestry division", "the mobile business", "its shipping segment",
    "the packaging line", "the consumer division", "its cloud business", "the steel mill", "its lending business",
)  # fmt: skip
PERIODS = (
    "in the third quarter", "in the first half", "for the full year", "in April-June", "in the period to September",
    "during the nine months", "in the last quarter of the year", "in the fiscal year", "over the twelve months",
    "in the spring",
)  # fmt: skip
BEFORE = (
    "a year earlier", "in the corresponding period", "the year before", "in the same quarter last year",
    "one year ago", "in the comparable period", "twelve months ago", "in the preceding quarter",
)  # fmt: skip
MONTHS = ("January", "February", "March", "April", "May", "June", "August", "September", "October", "November")
PEOPLE = ("Ms. Aro", "Mr. Dahl", "Ms. Ferrand", "Mr. Ikeda", "Ms. Novak", "Mr. Osei", "Ms. Quist", "Mr. Tamm")
CURRENCIES = ("EUR", "USD", "SEK", "GBP")

BETTER_UP_MONEY = (
    "operating profit", "net sales", "pretax profit", "cash flow", "revenue from services", "the order backlog",
    "EBITDA", "interest income", "the result for the period", "profit before tax and one-off items", "turnover",
    "net interest income", "the value of new orders", "licence revenue", "the net cash position", "gross profit",
    "fee income", "recurring revenue",
)  # fmt: skip
BETTER_UP_OTHER = (
    "order intake", "the gross margin", "earnings per share", "return on capital", "passenger volume", "market share",
    "the number of subscribers", "capacity utilisation", "the equity ratio", "like-for-like growth",
    "output at the main plant", "customer satisfaction", "the number of new customers", "the share of repeat buyers",
)  # fmt: skip
WORSE_UP_MONEY = (
    "net debt", "the operating loss", "the bill for raw materials", "the cost of sales", "the net loss",
    "the total of credit losses", "personnel expenses", "financing costs", "the loss before tax",
    "the sum of overdue receivables", "provisions for lawsuits", "interest expenses", "the write-down of stock",
    "spending on repairs", "freight expenses", "the funding gap",
)  # fmt: skip
WORSE_UP_OTHER = (
    "customer churn", "the default rate", "the number of warranty claims", "the accident rate", "staff turnover",
    "the share of late deliveries", "the number of unsold flats", "the vacancy rate", "the debt ratio",
    "the scrap rate", "the number of complaints", "the cost per tonne",
)  # fmt: skip
UP = ("rose", "increased", "climbed", "grew", "went up", "advanced", "jumped", "edged up", "moved higher", "picked up")
DOWN = (
    "fell", "decreased", "declined", "shrank", "went down", "dropped", "slipped", "edged down", "moved lower",
    "came down",
)  # fmt: skip
SLIGHTLY = ("", "", "", "clearly ", "slightly ", "again ", "unexpectedly ", "markedly ")

GOOD_NEWS = (
    "{c} has won an order worth {m} for equipment to be delivered to {p}",
    "{c} raises its dividend proposal to {a} per share",
    "{c} lifts its guidance after a strong start in {p}",
    "the regulator cleared the product of {c} for sale in {p}",
    "{c} settled the dispute in {p} without paying damages",
    "{c} will hire {n} people in {p} to meet demand",
    "analysts at {d} upgraded {c} to buy",
    "the rating of {c} was taken off watch and confirmed",
    "{c} repaid its bridge loan of {m} ahead of time",
    "{c} extends its supply agreement with {d} by {y} years",
    "the layoffs announced at {c} in {o} will not be needed after all",
    "{c} closes the gap to {d} in {p}",
)
BAD_NEWS = (
    "{c} lost its contract in {p}, worth {m} a year",
    "{c} cuts its dividend to {a} per share",
    "{c} lowers its guidance as demand in {p} stays weak",
    "{c} recalls {n} units sold in {p}",
    "the court ordered {c} to pay {m} in damages to {d}",
    "{c} will lay off {n} employees at its site in {p}",
    "analysts at {d} downgraded {c} to sell",
    "{c} postpones the opening of its plant in {p} to save cash",
    "{c} must renegotiate its covenants by the end of {o}",
    "the planned sale of {u} by {c} to {d} has fallen through",
    "the growth that {c} had promised for {p} has not come",
    "a profitable customer of {c} moves to {d}",
)
NO_NEWS = (
    "the annual general meeting of {c} will be held on {y} {o}",
    "{c} will publish its profit for the period on {y} {o}",
    "{c} employs {n} people and has sites in {p}",
    "{w} has been appointed to the board of {c}",
    "{c} sells software that helps shops to cut losses",
    "the value of the contract between {c} and {d} was not disclosed",
    "{c} moves its head office to {p} in {o}",
    "the share capital of {c} consists of {n} shares of one class",
    "{c} offers loans, deposits and insurance against a fall in income",
    "{d} holds {t} % of the votes in {c} after the transaction",
    "{w} will comment on the growth strategy of {c} on {y} {o}",
    "the credit facility of {m} signed by {c} replaces one of the same size",
    "the increase in the number of shares of {c} was entered in the register on {y} {o}",
    "{u} accounts for {t} % of the net sales of {c}",
    "{c} and {d} will continue to share the terminal in {p}",
    "the price of the deal, in which {c} takes over a warehouse in {p}, is {m}",
    "{c} reports its orders, losses and risks by region from {o} on",
    "the new line of {c} in {p} can be run up or down by {t} %",
)
UNCLEAR_NEWS = (
    "{c} closes its plant in {p} and expects savings of {m} a year",
    "{c} sells {u} to {d} for {m}",
    "{c} issues new shares worth {m} to finance its growth in {p}",
    "{c} merges {u} with that of {d}",
    "{c} books a one-off gain of {m} from the sale of {u}",
    "{c} starts talks with its {n} employees in {p} on working hours",
    "{c} invests {m} in {p} although demand there is uncertain",
    "{c} buys back shares worth {m} from {d}",
)
"""News that people read differently; each is labelled by lot."""
LEADS = (
    "", "", "", "", "According to {w}, ", "In a statement on {y} {o}, the company said that ", "As expected, ",
    "{d} reports that ", "Press release: ", "On {y} {o} it became known that ", "Contrary to rumours, ",
)  # fmt: skip
TAILS = (
    "", "", "", "", ", {w} said", ", the company said on {y} {o}", ", which has {n} employees",
    ", a spokesman in {p} said", ", {u} included", ", {d} writes", ", as {w} put it", ", currency effects included",
    " ({y} {o})",
)  # fmt: skip

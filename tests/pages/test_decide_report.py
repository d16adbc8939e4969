"""The report for stakeholders: the same figures on screen, in HTML, PDF and PPTX, in both languages; nothing runs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from pptx import Presentation
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from engine.analytics.criteria import TRAIN
from engine.analytics.database import index_for
from engine.analytics.deciding import answer, gather
from engine.analytics.question import Answered
from engine.analytics.usual import usual_question
from engine.config import load_settings
from engine.economics.business.link import changed
from engine.economics.business.presets import preset
from engine.economics.catalog import instance
from engine.economics.decision.option import Limits
from engine.jobs.runs import RunFolder
from engine.reports.recommendation import recommend
from engine.reports.speech import ENGLISH
from engine.reports.stakeholder.basis import MOVED
from engine.reports.stakeholder.build import document
from engine.reports.stakeholder.document import Bullets, Document, Paragraph, Section, Table
from engine.reports.stakeholder.formats import FORMATS
from pages.shared.decide.speech import speech
from pages.shared.i18n import speaking
from tests.pages.test_pages import said

Finish = Callable[..., RunFolder]
LINK = "http://127.0.0.1:8501/decide?scenario=finance_sentiment&p95=200"
LANGUAGES = ("en", "zh_CN")


def plain(text: str) -> str:
    """Return the text without what a format may add or drop between letters."""
    return re.sub(r"[\s\u200b\u00a0\u00ad]+", "", text)


class Page(HTMLParser):
    """What a reader of the file sees, and what the file would fetch."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.text: list[str] = []
        self.fetched: list[str] = []
        self.scripts = 0
        self.inside = ""
        self.charts = ""
        self.feed(data.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = dict(attrs).get("id") or tag
        self.scripts += tag == "script"
        if tag in {"link", "img", "iframe"} or (tag == "script" and "src" in dict(attrs)):
            self.fetched.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "charts":
            self.charts += data
        elif self.inside not in {"script", "style"}:
            self.text.append(data)

    @property
    def all(self) -> str:
        return "".join(self.text) + json.dumps(json.loads(self.charts or "[]"), ensure_ascii=False)


def pdf_text(data: bytes) -> str:
    """Return the text of every page without its footer."""
    pages = [page.extract_text().rstrip().rsplit("\n", 1)[0] for page in PdfReader(io.BytesIO(data)).pages]
    return "".join(pages)


def slide_text(data: bytes) -> str:
    """Return every text of the presentation: boxes, cells, and what stands in its charts."""
    found: list[str] = []
    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
            if shape.has_chart:
                found += [e.text or "" for e in shape.chart._chartSpace.iter() if e.tag.endswith(("}t", "}v"))]
    return "\n".join(found)


READERS: dict[str, Callable[[bytes], str]] = {
    ".html": lambda data: Page(data).all,
    ".pdf": pdf_text,
    ".pptx": slide_text,
}


def decided(**limits: float) -> Answered:
    settings = load_settings()
    question = usual_question(settings, "finance_sentiment")
    question = replace(
        question,
        limits=Limits({"latency": 200.0} | limits, sellable=False),
        weights=dict(question.weights) | {TRAIN: 3},
    )
    return answer(gather(index_for(settings), question), question)


def made(code: str, **limits: float) -> Document:
    with speaking(code):
        return document(decided(**limits), speech(), link=LINK, date="2026-11-24")


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_and_figure_stands_in_every_format(finished: Finish, code: str) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    report = made(code, quality=0.3)
    texts = report.texts()
    assert len(texts) > 60
    for suffix, read in READERS.items():
        whole = plain(read(FORMATS[suffix].draw(report)))
        missing = [t for t in texts if plain(t) not in whole]
        assert not missing, f"{suffix}: {missing[:5]}"
        assert plain(LINK) in whole


def test_a_case_its_rules_and_the_machines_stand_in_every_format(
    page: Callable[..., AppTest], finished: Finish
) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    rule = "us_hipaa~10000_30000_50000~3_4.5_6~https://example.org/prices (2025)"
    case, _ = changed(preset("base"), {"rules": rule})
    question = replace(
        usual_question(load_settings(), "finance_sentiment"), limits=Limits({"latency": 200.0}, sellable=False),
        case=case, beside=(instance("aws/us-east-1/m7i.large"),),
    )  # fmt: skip
    found = answer(gather(index_for(load_settings()), question), question)
    report = document(found, ENGLISH, link=LINK, date="2026-11-24")
    texts = report.texts()
    assert len(texts) > 200
    for suffix, read in READERS.items():
        whole = plain(read(FORMATS[suffix].draw(report)))
        assert not [t for t in texts if plain(t) not in whole], suffix
    assert {"Health data (HIPAA)", "$30,000 ($10,000 to $50,000)", "https://example.org/prices (2025)"} <= {*texts}
    assert "Launch in month 6 instead of 4: Health data (HIPAA) has to be met before." in texts
    test = page("decide", lang="en", sold="0", case="base", rules=rule, machines="aws/us-east-1/m7i.large", n="1000000")
    assert test.header[0].value.replace("\\", "") == report.headline
    for figure in test.metric:
        assert str(figure.value).replace("\\", "") in texts, figure.label


def test_the_report_says_where_the_interval_it_ranks_with_comes_from(finished: Finish) -> None:
    _swap_validation(finished(), 0.8, interval=False)
    assert any(MOVED.text in text for text in made("en").texts())


def test_the_report_says_what_the_page_says(page: Callable[..., AppTest], finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    test = page("decide", lang="en", sold="0", wt="3")
    report = made("en")
    assert test.header[0].value.replace("\\", "") == report.headline
    whole = plain(" ".join(report.texts()))
    assert MOVED.text not in report.texts(), "the validation part has intervals of its own"
    for figure in test.metric:
        assert plain(str(figure.value).replace("\\", "")) in whole, figure.label
    words = plain(said(test).replace("\\", ""))
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Bullets):
                assert all(plain(line) in words for line in block.items)


def test_chinese_is_set_in_a_chinese_font_that_is_in_the_file(finished: Finish) -> None:
    finished()
    reader = PdfReader(io.BytesIO(FORMATS[".pdf"].draw(made("zh_CN"))))
    fonts: dict[str, Any] = {}
    for one in reader.pages:
        named: Any = one["/Resources"]
        fonts |= {str(f["/BaseFont"]): f for f in (r.get_object() for r in named["/Font"].values())}
    assert any("NotoSansSC" in name for name in fonts)
    for font in fonts.values():
        (below,) = font.get_object()["/DescendantFonts"]
        described = below.get_object()["/FontDescriptor"].get_object()
        assert any(key in described for key in ("/FontFile2", "/FontFile3"))


def test_the_web_page_fetches_nothing_and_its_charts_can_be_touched(finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    data = FORMATS[".html"].draw(made("en"))
    page = Page(data)
    assert not page.fetched
    assert len(json.loads(page.charts)) == 3
    assert b"Plotly.newPlot" in data


def test_the_charts_of_the_slides_are_native(finished: Finish) -> None:
    finished("baseline", right=0.6, train_seconds=1)
    finished("probe", right=0.9)
    deck = Presentation(io.BytesIO(FORMATS[".pptx"].draw(made("en"))))
    charts = [s.chart for slide in deck.slides for s in slide.shapes if s.has_chart]
    assert len(charts) == 3
    shares = [list(series.values) for series in charts[0].plots[0].series]
    assert all(sum(values) <= 100.0001 for values in shares)


def test_what_people_wrote_is_never_run(finished: Finish) -> None:
    hostile = '</script><script>alert(1)</script> #panic("x") *a* $x$ {{7*7}} \\ “q” <b>&amp;'
    report = Document(
        "en", hostile, hostile, "2026", hostile, LINK, (Section(hostile, (
            Paragraph(hostile), Bullets((hostile,)), Table(hostile, ("a", "b"), ((hostile, "c"),)),
        )),), made_labels(finished), (hostile,),
    )  # fmt: skip
    for suffix, read in READERS.items():
        data = FORMATS[suffix].draw(report)
        assert plain(read(data)).count(plain(hostile)) >= 5, suffix
    assert Page(FORMATS[".html"].draw(report)).scripts == 3


def made_labels(finished: Finish) -> Any:
    finished()
    return made("en").labels


def test_when_nothing_holds_every_format_says_so(finished: Finish) -> None:
    finished()
    report = made("en", quality=0.999)
    assert "no option holds the limits" in report.headline
    for suffix, read in READERS.items():
        assert plain(report.headline) in plain(read(FORMATS[suffix].draw(report)))


@pytest.mark.parametrize("unit", ["USD", "USD per 1,000", "USD a month", "gCO2e", "gCO2e per 1,000", "ms", "share", ""])
def test_a_command_writes_amounts_as_the_page_does(unit: str) -> None:
    with speaking("en"):
        mine = speech()
    for value in (0.0, 1.0, 0.5, 2.6, 0.00000214, 0.012345, 12.3456, 999.995, 1000.0, 1234.56, 4329.0, 1e6, 0.9995):
        assert ENGLISH.write(value, unit) == mine.write(value, unit), value


def test_options_are_ranked_on_the_validation_part_and_shown_on_the_test_part(finished: Finish) -> None:
    best_on_validation, best_on_test = finished("probe", right=0.8), finished("fast", right=0.85)
    _swap_validation(best_on_validation, 0.95)
    _swap_validation(best_on_test, 0.6)
    found = decided()
    assert found.decision.lead is not None
    assert found.decision.lead.id == best_on_validation.run_id
    shown = float(found.rows[best_on_validation.run_id]["macro_f1"])
    assert found.decision.lead.measures["quality"].value == 0.95
    assert abs(shown - 0.8) < 0.05
    assert ENGLISH.write(shown, "share") in document(found, ENGLISH, link=LINK, date="2026").texts()
    assert recommend(found, ENGLISH).headline.text.startswith("Use {option}")


def _swap_validation(run: RunFolder, value: float, *, interval: bool = True) -> None:
    """Write another validation score into the report of a finished run."""
    assert run.published is not None
    path = run.published.report_file
    report = json.loads(path.read_text("utf-8"))
    ends = {"low": value - 0.02, "high": value + 0.02} if interval else {"low": None, "high": None}
    report["validation"] = {"metrics": {"macro_f1": {"value": value, **ends}}}
    path.write_text(json.dumps(report), encoding="utf-8")

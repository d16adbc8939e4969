"""Cards of a real judged result: they say what matters, plainly, and nothing a user wrote breaks them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt

from engine.datasets.dataset import Dataset, Problem
from engine.datasets.texts.options import TextCard, TextOptions
from engine.files import write_json
from engine.jobs.runs import RunSpec
from engine.messages import Message
from engine.reports.cards import data_card, model_card
from engine.reports.wording import of_hundred, together
from engine.tasks.judge import judge

LABELS = ("negative", "neutral", "<b>*positive*|</b>")
SPEC = RunSpec(run_id="01J", created_at="2026-11-22T00:00:00Z", kind="finetune", code_version="0.1.0")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    parts = {
        "train": {LABELS[0]: 20, LABELS[1]: 400, LABELS[2]: 180},
        "validation": dict.fromkeys(LABELS, 30),
        "test": dict.fromkeys(LABELS, 60),
    }
    personal = Problem(
        "warn", "personal_email", Message("{count} rows have an e-mail address.", count=2), (4, 9), 2, "mask:email",
        ("secret@example.com",),
    )  # fmt: skip
    card = TextCard(
        rows_read=900,
        rows_used=870,
        encoding="utf-8",
        delimiter=",",
        columns=("text", "la|bel"),
        text_column="text",
        label_column="la|bel",
        classes={LABELS[1]: 490, LABELS[2]: 270, LABELS[0]: 110},
        length_words={"min": 1, "p5": 3, "p25": 9, "p50": 20, "p75": 28, "p95": 44, "max": 80, "mean": 21.5},
        length_histogram=((0.0, 80.0, 870),),
        languages={"en": 0.98, "fi": 0.02},
        problems=(personal,),
        licence="CC-BY-NC-SA-3.0",
        commercial_use=False,
        synthetic=False,
        parts=parts,
        steps=({"step": "drop_duplicates", "rows_dropped": 30},),
        samples=({"row": 1, "text": "A private sentence.", "label": LABELS[0]},),
    )
    write_json(tmp_path / "card.json", card.to_json())
    options = TextOptions(
        name="News [x](http://e) of\n# mine", cleaning=("drop_duplicates",), label_map={"pos": LABELS[2]}
    )
    return Dataset(
        "d" * 64, tmp_path, options.name, "text_classification", "a" * 64, options, LABELS, "t" * 64, "2026-11-22"
    )


@pytest.fixture(scope="module")
def quality() -> dict[str, Any]:
    generator = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 60)
    logits = generator.normal(size=(180, 3)) + 2.5 * np.eye(3)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    texts = [" ".join(["w"] * int(n)) for n in generator.integers(3, 40, 180)]
    return judge(truth, probabilities, LABELS, texts, np.arange(180), seed=0)


@pytest.fixture
def report(dataset: Dataset, quality: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "run_id": "01M80JN8AA6F7HFCJ0Z2AD3S96",
        "scenario": "finance_sentiment",
        "recipe": "fast",
        "backbone": {
            "id": "minilm-l6", "sha256": "53aa", "licence": "Apache-2.0", "commercial_use": True,
            "parameters": 22_713_216,
        },
        "seed": 3,
        "threads": 2,
        "options": {"max_tokens": 128, "learning_rate": 0.0005},
        "dataset": {
            "id": dataset.id, "name": dataset.name, "test_id": dataset.test_id, "licence": "CC-BY-NC-SA-3.0",
            "commercial_use": False, "synthetic": False, "rows": {"train": 600, "validation": 90, "test": 180},
        },
        "labels": list(LABELS),
        "served": "int8",
        "temperature": 1.2,
        "quality": quality,
        "test_looks": 1,
        "gate": {"fp32_max_difference": 1.2e-6, "int8_agreement": 0.994, "int8_accepted": True, "reason": None},
        "variants": {
            "int8": {
                "latency_ms": {"p50": 2.0, "p95": 2.5, "p99": 3.1}, "throughput_per_s": 700.0,
                "size_bytes": 23_000_000, "provider": "CPUExecutionProvider",
            },
            "torch": {"macro_f1": 0.8},
        },
        "seconds": {"train": 31.0, "total": 40.0},
        "energy": {"kwh": 0.0005, "method": "power_model", "watts": 60, "source": "cpu_power.csv"},
        "machine": {"cpu": "Some CPU", "cores": 2, "memory_gib": 24, "gpu": None, "torch": "2.13.0"},
        "finished_at": "2026-11-22T01:00:00Z",
    }  # fmt: skip


def headings(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]


def test_model_card_has_the_usual_headings(report: dict[str, Any], dataset: Dataset) -> None:
    markdown, _ = model_card(report, SPEC, dataset)
    title, *others = headings(markdown)
    assert title.startswith("Model card: Finance sentiment, ")
    assert others == [
        "Model details", "Uses", "Bias, risks and limitations", "How to get started", "Training data",
        "Training procedure", "Evaluation", "Export and speed", "Environmental impact", "Licence",
    ]  # fmt: skip


def test_model_card_gives_figures_with_intervals(report: dict[str, Any], dataset: Dataset) -> None:
    markdown, facts = model_card(report, SPEC, dataset)
    accuracy = report["quality"]["metrics"]["accuracy"]
    assert f"| Accuracy | {accuracy['value']:.3f} ({accuracy['low']:.3f} to {accuracy['high']:.3f}) |" in markdown
    assert f"{of_hundred(accuracy['value'])} of 100 right." in markdown
    assert "2.00 / 2.50 / 3.10" in markdown
    assert "computed from the documented power model, not counted" in markdown
    assert facts["metrics"] == report["quality"]["metrics"]
    assert facts["schema_version"] == 1
    json.dumps(facts, allow_nan=False)


def test_a_refused_int8_says_why(report: dict[str, Any], dataset: Dataset) -> None:
    report["gate"] |= {"int8_accepted": False, "reason": Message("It answers {n} rows differently.", n=9).to_json()}
    assert "int8 is not served: It answers 9 rows differently." in model_card(report, SPEC, dataset)[0]


def test_non_commercial_is_said_plainly(report: dict[str, Any], dataset: Dataset) -> None:
    markdown, facts = model_card(report, SPEC, dataset)
    assert "**This model may not be used commercially**" in markdown
    assert "**Non-commercial: it may not be used commercially.**" in markdown
    assert facts["commercial_use"] is False
    assert "Non-commercial" in data_card(dataset)[0]


@pytest.mark.parametrize(
    ("uses", "verdict"), [((True, True), True), ((True, None), None), ((None, False), False), ((), True)]
)
def test_one_licence_that_forbids_it_forbids_it(uses: tuple[bool | None, ...], verdict: bool | None) -> None:
    assert together(*uses) is verdict


def test_synthetic_is_said_on_both_cards(report: dict[str, Any], dataset: Dataset) -> None:
    assert "**Synthetic.**" not in model_card(report, SPEC, dataset)[0]
    report["dataset"]["synthetic"] = True
    markdown, facts = model_card(report, SPEC, dataset)
    assert markdown.count("**Synthetic.**") == 2
    assert facts["synthetic"] is True
    write_json(dataset.folder / "card.json", replace(dataset.card, synthetic=True).to_json())
    assert "**Synthetic.**" in data_card(dataset)[0]


def test_limits_name_what_is_weak(report: dict[str, Any], dataset: Dataset) -> None:
    said = [str(Message.from_json(m)) for m in model_card(report, SPEC, dataset)[1]["limits"]]
    assert any(s.startswith("Weakest class: ") for s in said)
    assert "Only 20 training rows have the class negative." in said
    assert "Trained on texts in: en, fi. Other languages were not tested." in said
    assert "Reads the first 128 tokens of a text and nothing beyond." in said


def test_carbon_appears_when_given(report: dict[str, Any], dataset: Dataset) -> None:
    assert "kgCO2e" not in model_card(report, SPEC, dataset)[0]
    carbon = {"kgco2e": 0.00021, "region": "aws/us-east-1", "source": "region_carbon.csv"}
    assert "0.00021 kgCO2e, projected for region aws/us-east-1" in model_card(report, SPEC, dataset, carbon=carbon)[0]


def test_a_baseline_and_a_report_without_extras_still_make_a_card(report: dict[str, Any], dataset: Dataset) -> None:
    for name in ("gate", "variants", "energy", "machine", "seconds"):
        del report[name]
    report |= {"recipe": "baseline", "options": {}, "scenario": "one_of_tomorrow"}
    report["backbone"] = {"id": "", "sha256": "", "licence": "", "commercial_use": True, "parameters": 100}
    markdown, _ = model_card(report, SPEC, dataset)
    assert "- Backbone: none." in markdown
    assert "Environmental impact" not in markdown


def test_what_a_user_wrote_cannot_break_a_card(report: dict[str, Any], dataset: Dataset) -> None:
    spec = replace(SPEC, label="<img src=x onerror=alert(1)>\n# Mine")
    for markdown in (model_card(report, spec, dataset)[0], data_card(dataset)[0]):
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
        kinds = {t.type for token in tokens for t in (token, *(token.children or []))}
        assert not kinds & {"html_inline", "html_block", "link_open", "image", "em_open"}
        assert sum(t.type == "heading_open" and t.tag == "h1" for t in tokens) == 1


def test_data_card_tells_parts_cleaning_and_problems_but_no_text(dataset: Dataset) -> None:
    markdown, facts = data_card(dataset)
    assert "| negative | 20 | 30 | 60 | 110 |" in markdown
    assert "| All | 600 | 90 | 180 | 870 |" in markdown
    assert "Repeated rows were left out: 30 rows." in markdown
    assert "2 rows have an e-mail address. | 2 | 4, 9 |" in markdown
    assert "Personal data was found and not masked" in markdown
    assert "Split by content and class into 70, 10 and 20 percent with seed 0" in markdown
    both = markdown + json.dumps(facts, allow_nan=False)
    assert "A private sentence." not in both
    assert "secret@example.com" not in both


def test_a_page_may_translate(report: dict[str, Any], dataset: Dataset) -> None:
    markdown, _ = model_card(report, SPEC, dataset, translate=lambda m: f"〔{m}〕")
    assert "## 〔Evaluation〕" in markdown


@pytest.mark.parametrize(("share", "count"), [(0.999, 99), (1.0, 100), (0.001, 1), (0.0, 0), (0.934, 93)])
def test_only_all_is_a_hundred(share: float, count: int) -> None:
    assert of_hundred(share) == count

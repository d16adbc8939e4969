"""What the report can be drawn as, by the suffix of the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.reports.stakeholder.document import Document
from engine.reports.stakeholder.html import to_html
from engine.reports.stakeholder.pdf import to_pdf
from engine.reports.stakeholder.slides import to_pptx


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    mime: str
    draw: Callable[[Document], bytes]


FORMATS: dict[str, Format] = {
    ".html": Format("text/html", to_html),
    ".pdf": Format("application/pdf", to_pdf),
    ".pptx": Format("application/vnd.openxmlformats-officedocument.presentationml.presentation", to_pptx),
}

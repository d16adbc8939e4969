"""The report as one HTML file that needs no other: the charts' library is in it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from engine.reports.stakeholder.axis import Axis, across, sides, upwards
from engine.reports.stakeholder.document import (
    Bars,
    Block,
    Bullets,
    Document,
    Paragraph,
    Points,
    Section,
    Stats,
    Table,
)
from engine.reports.stakeholder.look import ACCENT, COLORS, GREY, LINE

STYLE = """
:root{color-scheme:light;--ink:#1b2230;--soft:#5d6778;--line:#dfe3ea;--paper:#fff;--accent:#2f5fd0}
*{box-sizing:border-box}
body{margin:0;background:#f4f6f9;color:var(--ink);font:16px/1.6 system-ui,"Segoe UI",Roboto,"PingFang SC",
"Microsoft YaHei","Noto Sans SC",sans-serif}
main{max-width:70rem;margin:2rem auto;background:var(--paper);padding:3.5rem 4rem;border-top:6px solid var(--accent)}
h1{font-size:2rem;line-height:1.25;margin:.2rem 0}h2{font-size:1.3rem;margin:2.6rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}.soft{color:var(--soft);font-size:.9rem}
.lead{font-size:1.25rem;line-height:1.5;border-left:4px solid var(--accent);padding-left:1rem;margin:1.4rem 0}
.note{background:#fff6e5;border-left:4px solid #dd8a1c;padding:.6rem 1rem;margin:.8rem 0}
.stats{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:1rem;margin:1.2rem 0}
.stat{border:1px solid var(--line);border-radius:.4rem;padding:.8rem 1rem}.stat b{display:block;font-size:1.45rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
p,ul{max-width:52rem}td,th{padding:.45rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:600}a{color:var(--accent);overflow-wrap:anywhere}.chart{margin:.4rem 0 1rem}
td:first-child,th:first-child{min-width:9rem}.many{font-size:.8rem}.many td,.many th{padding:.4rem;min-width:4.6rem}
.many td:first-child{min-width:11rem}
@media(max-width:700px){td,th{min-width:6.5rem}main{margin:0;padding:1.5rem 1.1rem}h1{font-size:1.5rem}}
@media print{body{background:#fff}main{margin:0;padding:0;border:0}
.many{font-size:.6rem}.many td,.many th{padding:.2rem;min-width:0}.many td:first-child{min-width:6rem}
h2,.chart,tr{break-inside:avoid}}
""".strip()
DRAW = (
    "const narrow=innerWidth<700,lines=t=>t.replace(/(.{9,}?)([ ，])/g,'$1$2<br>');"
    "for(const c of JSON.parse(document.getElementById('charts').textContent)){"
    "if(narrow){for(const d of c.data)if(d.type=='bar')d.y=d.y.map(lines);c.layout.font.size=10}"
    "Plotly.newPlot(c.id,c.data,c.layout,{displayModeBar:false,responsive:true})}"
)
"""Where there is little room, names of bars stand on several lines."""
MANY = 6
"""Columns above which a table is set smaller."""
FREE = 1.12
"""Of the longest bar, so that its figure has room behind it."""
NAME_PT, PICTURE_PT = 9.0, (640.0, 240.0)
"""Of names in a picture of points: their size, and the width and height they have room in."""


def to_html(document: Document) -> bytes:
    """Return the report as UTF-8 HTML; nothing in it is fetched from anywhere."""
    from plotly.offline import get_plotlyjs

    charts: list[dict[str, Any]] = []
    body = "".join(_section(s, charts) for s in document.sections)
    notes = "".join(f'<p class="note">{escape(n)}</p>' for n in document.notes)
    link = escape(document.link)
    back = f'<p class="soft">{escape(document.labels.back)} <a href="{link}">{link}</a></p>'
    text = (
        f'<!doctype html>\n<html lang="{document.language.replace("_", "-")}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head>\n<body><main>"
        f'<p class="soft">{escape(document.subtitle)} · {escape(document.date)}</p><h1>{escape(document.title)}</h1>'
        f'<p class="lead">{escape(document.headline)}</p>{notes}{body}{back}</main>\n'
        f'<script type="application/json" id="charts">{_json(charts)}</script>'
        f"<script>{get_plotlyjs()}</script><script>{DRAW}</script></body></html>\n"
    )
    return text.encode()


def _json(value: Any) -> str:
    """Return JSON that cannot end the script it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _section(section: Section, charts: list[dict[str, Any]]) -> str:
    return f"<h2>{escape(section.heading)}</h2>" + "".join(_block(b, charts) for b in section.blocks)


def _block(block: Block, charts: list[dict[str, Any]]) -> str:
    match block:
        case Paragraph(text, lead):
            return f"<p{' class=lead' if lead else ''}>{escape(text)}</p>"
        case Bullets(items):
            return "<ul>" + "".join(f"<li>{escape(i)}</li>" for i in items) + "</ul>"
        case Stats():
            return f'<div class="stats">{"".join(_stats(block))}</div>'
        case Table():
            return _table(block)
        case Bars():
            return _chart(block.title, bars_figure(block), charts)
        case Points():
            return _chart(block.title, points_figure(block), charts)


def _stats(block: Stats) -> Iterator[str]:
    for s in block.items:
        under = " · ".join(escape(t) for t in (s.kind, s.note) if t)
        yield f'<div class="stat"><span class="soft">{escape(s.label)}</span><b>{escape(s.value)}</b>'
        yield f'<span class="soft">{under}</span></div>'


def _table(block: Table) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in block.head)
    rows = "".join("<tr>" + "".join(f"<td>{_cell(c)}</td>" for c in row) + "</tr>" for row in block.rows)
    caption = f"<h3>{escape(block.caption)}</h3>" if block.caption else ""
    many = ' class="many"' if len(block.head) > MANY else ""
    return f'{caption}<div class="wide"><table{many}><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(text: str) -> str:
    """Return a cell; one that is a web address becomes a link."""
    if text.startswith(("https://", "http://")) and " " not in text:
        return f'<a href="{escape(text)}">{escape(text)}</a>'
    return escape(text)


def _chart(title: str, figure: dict[str, Any], charts: list[dict[str, Any]]) -> str:
    name = f"chart-{len(charts)}"
    charts.append({"id": name, **figure})
    return f'<h3>{escape(title)}</h3><div class="chart" id="{name}" role="img" aria-label="{escape(title)}"></div>'


LAYOUT: dict[str, Any] = {
    "margin": {"l": 8, "r": 24, "t": 16, "b": 40}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"color": "#1b2230"}, "hovermode": "closest",
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}  # fmt: skip


def bars_figure(block: Bars) -> dict[str, Any]:
    """Return Plotly's data and layout of horizontal bars."""
    data = [
        {
            "type": "bar", "orientation": "h", "name": s.name, "y": list(block.names), "x": list(s.values),
            "text": list(s.texts), "textposition": "outside", "cliponaxis": False,
            "marker": {"color": COLORS[i % len(COLORS)]}, "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
        for i, s in enumerate(block.series)
    ]  # fmt: skip
    height = 110 + 34 * len(block.names) * len(block.series)
    most = max((v for s in block.series for v in s.values), default=0.0)
    axis = {"title": {"text": block.axis}, "automargin": True, "range": [0, FREE * most or 1], "gridcolor": LINE}
    return {"data": data, "layout": LAYOUT | {
        "height": height, "xaxis": axis, "yaxis": {"automargin": True, "autorange": "reversed"},
        "showlegend": len(block.series) > 1,
    }}  # fmt: skip


def points_figure(block: Points) -> dict[str, Any]:
    """Return Plotly's data and layout of options by two quantities."""
    ends: Callable[[Any], dict[str, Any]] = lambda p: {  # noqa: E731 - one line a point
        "type": "data", "symmetric": False, "array": [p.y_high - p.y], "arrayminus": [p.y - p.y_low], "color": GREY,
    }  # fmt: skip
    data = [
        {
            "type": "scatter", "mode": "markers+text" if p.lead else "markers", "name": p.name, "x": [p.x], "y": [p.y],
            "text": [p.name], "textposition": f"middle {side or 'right'}", "error_y": ends(p), "showlegend": False,
            "marker": {"size": 16 if p.front else 10, "color": ACCENT if p.lead else GREY},
            "customdata": [[p.x_text, p.y_text]],
            "hovertemplate": "<b>%{text}</b><br>%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
        }
        for p, side in zip(block.points, sides(block, *PICTURE_PT, NAME_PT), strict=True)
    ]  # fmt: skip
    x, y = _axis(block.x_axis, across(block)), _axis(block.y_axis, upwards(block))
    return {"data": data, "layout": LAYOUT | {"height": 380, "xaxis": x, "yaxis": y}}


def _axis(title: str, axis: Axis) -> dict[str, Any]:
    ends = [math.log10(v) if axis.logarithmic else v for v in (axis.low, axis.high)]
    return {
        "title": {"text": title}, "automargin": True, "gridcolor": LINE, "range": ends, "tickvals": list(axis.ticks),
        "ticktext": list(axis.written), "type": "log" if axis.logarithmic else "linear", "zeroline": False,
    }  # fmt: skip

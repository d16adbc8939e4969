"""Charts on slides, as the office programs have them: every figure in them can be edited."""

from __future__ import annotations

from typing import Any

from engine.reports.stakeholder import look
from engine.reports.stakeholder.axis import Axis, across, sides, upwards
from engine.reports.stakeholder.document import Bars, Point, Points
from engine.reports.stakeholder.measure import POINTS_AN_INCH
from engine.reports.stakeholder.slide_text import Box, rgb, write

LEAST_IN, MOST_IN = 3.4, 5.0
"""Of a picture of points."""
BAR_IN, LEGEND_IN, HIGHEST_IN = 0.34, 0.7, 5.0
LABEL_PT, AXIS_PT = 11, 12
PLOT = 0.86
"""Of a chart's width and height, what is left beside the axes; an estimate, for where names have room."""


def height_of(block: Bars) -> float:
    """Return how many inches the bars take."""
    return min(HIGHEST_IN, LEGEND_IN + BAR_IN * len(block.names) * (len(block.series) + 0.6))


def draw(slide: Any, box: Box, block: Bars | Points) -> None:
    """Draw a chart into a box of a slide."""
    if isinstance(block, Bars):
        _bars(slide, box, block)
    else:
        _points(slide, box, block)


def _bars(slide: Any, box: Box, block: Bars) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION

    data = CategoryChartData()
    data.categories = block.names
    for series in block.series:
        data.add_series(series.name, series.values)
    chart = _chart(slide, box, XL_CHART_TYPE.BAR_CLUSTERED, data)
    chart.has_legend = len(block.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.category_axis.reverse_order = True
    chart.category_axis.format.line.color.rgb = rgb(look.GREY)
    # Every bar says its figure: an axis of numbers would say it twice.
    chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
    chart.value_axis.minimum_scale = 0
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, 0
    for place, (series, drawn) in enumerate(zip(block.series, chart.plots[0].series, strict=True)):
        drawn.format.fill.solid()
        drawn.format.fill.fore_color.rgb = rgb(look.COLORS[place % len(look.COLORS)])
        for point, words in enumerate(series.texts):
            write(drawn.points[point].data_label.text_frame.paragraphs[0], words, LABEL_PT)


def _points(slide: Any, box: Box, block: Points) -> None:
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = XyChartData()
    for point in block.points:
        data.add_series(point.name).add_data_point(point.x, point.y)
    chart = _chart(slide, box, XL_CHART_TYPE.XY_SCATTER, data)
    chart.has_legend = False
    x, y = across(block), upwards(block)
    _axis(chart.category_axis, block.x_axis, x)
    _axis(chart.value_axis, block.y_axis, y)
    wide, high = (PLOT * v * POINTS_AN_INCH for v in (box.width, box.height))
    named = sides(block, wide, high, LABEL_PT)
    for point, drawn, side in zip(block.points, chart.plots[0].series, named, strict=True):
        _point(drawn, point, side)


def _point(drawn: Any, point: Point, side: str) -> None:
    from pptx.enum.chart import XL_LABEL_POSITION, XL_MARKER_STYLE

    drawn.format.line.fill.background()
    drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 12 if point.front else 7
    drawn.marker.format.fill.solid()
    drawn.marker.format.fill.fore_color.rgb = rgb(look.ACCENT if point.lead else look.GREY)
    drawn.marker.format.line.fill.background()
    if side:
        label = drawn.points[0].data_label
        write(label.text_frame.paragraphs[0], point.name, LABEL_PT)
        label.position = XL_LABEL_POSITION.RIGHT if side == "right" else XL_LABEL_POSITION.LEFT
    _interval(drawn, point)


def _interval(drawn: Any, point: Point) -> None:
    """Draw the interval of a point upwards; python-pptx has no word for it."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    ends = "".join(
        f'<c:{name}><c:numLit><c:ptCount val="1"/><c:pt idx="0"><c:v>{value!r}</c:v></c:pt></c:numLit></c:{name}>'
        for name, value in (("plus", point.y_high - point.y), ("minus", point.y - point.y_low))
    )
    color = look.GREY.lstrip("#")
    made = parse_xml(
        f'<c:errBars {nsdecls("c", "a")}><c:errDir val="y"/><c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="1"/>{ends}<c:spPr><a:ln w="9525"><a:solidFill>'
        f'<a:srgbClr val="{color}"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    drawn._element.xVal.addprevious(made)


def _chart(slide: Any, box: Box, kind: Any, data: Any) -> Any:
    """Add a chart; return it."""
    from pptx.util import Pt

    chart = slide.shapes.add_chart(kind, *box.inches, data).chart
    chart.has_title = False
    chart.font.size = Pt(AXIS_PT)
    return chart


def _axis(axis: Any, title: str, scale: Axis) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    axis.has_title = True
    write(axis.axis_title.text_frame.paragraphs[0], title, AXIS_PT, color=look.SOFT)
    axis.has_major_gridlines = True
    axis.major_gridlines.format.line.color.rgb = rgb(look.LINE)
    axis.format.line.color.rgb = rgb(look.GREY)
    axis.minimum_scale, axis.maximum_scale = scale.low, scale.high
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "#,##0.############", False
    if scale.logarithmic:
        axis._element.scaling.insert(0, parse_xml(f'<c:logBase {nsdecls("c")} val="10"/>'))
    else:
        axis.major_unit = scale.ticks[1] - scale.ticks[0]

"""The look all formats share."""

ACCENT = "#2f5fd0"
GREY = "#8792a5"
INK = "#1b2230"
SOFT = "#5d6778"
COLORS = (ACCENT, "#1c9c8a", "#dd8a1c", "#9a63d8")

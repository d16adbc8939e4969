"""The look all formats share."""

ACCENT = "#2f5fd0"
GREY = "#8792a5"
INK = "#1b2230"
LINE = "#dfe3ea"
NOTE = "#fff6e5"
SOFT = "#5d6778"
WARNING = "#dd8a1c"
COLORS = (ACCENT, "#1c9c8a", WARNING, "#9a63d8")

"""Model cards and data cards as Markdown and JSON."""

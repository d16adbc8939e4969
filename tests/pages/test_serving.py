"""The serving page, run without a browser."""

"""The engine of Breakeven: everything but the pages. It never imports Streamlit."""

__version__ = "0.1.0"

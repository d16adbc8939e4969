"""Parts of the serving page."""

"""The dashboard: one script a page, and what they share."""

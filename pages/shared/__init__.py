"""What every page uses: language, frame, charts, cached resources, and the body of a scenario page."""

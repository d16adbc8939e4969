"""Charts: a DataFrame in, a Plotly figure out. `style.draw` puts one on the page with its text alternative."""

"""DuckDB as an index over run folders and usage files."""

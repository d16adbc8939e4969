"""What `make bench` measures. Each module prints a table and writes build/bench/<name>.json."""

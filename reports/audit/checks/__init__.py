"""One check per file. Each is a function `check(table, published)` that yields findings on one table."""

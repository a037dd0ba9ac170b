"""How a table is printed: one module per format, all with the same cells."""

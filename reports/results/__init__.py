"""Reading results: blocks of a folder, their cells, arms and runs."""

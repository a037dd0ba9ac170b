"""The harness of the speed comparison: what is run, under which setting, and how the figures become a table."""

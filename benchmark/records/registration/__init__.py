"""The registration of a study, written before its first run, and the comparison of what was run with it."""

"""The analysis of a block of results: comparisons with the baseline, notes, and the paragraph in words."""

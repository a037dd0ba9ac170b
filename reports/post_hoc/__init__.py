"""Post-hoc analyses: what selecting runs, tuning and voting would have added to these tables, from stored results and without training."""

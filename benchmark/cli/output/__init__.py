"""What commands print: plans, progress, summaries, records."""

"""What a plan will cost and what it can detect, from completed runs."""

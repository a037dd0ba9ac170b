"""Statistics of a report: pure functions on arrays and small frames. Every interval says what was resampled, n, level and method."""

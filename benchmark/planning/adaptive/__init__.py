"""Plans that depend on results: the trials of a search, and the interim looks of `--until decided`."""

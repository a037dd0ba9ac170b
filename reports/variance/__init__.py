"""Where the variance of scores and gains comes from, in blocks that cross splits, initialisations and orders."""

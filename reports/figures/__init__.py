"""Pictures: pure functions from results to matplotlib figures. None of them writes a file."""

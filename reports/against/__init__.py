"""One's own runs beside a reference: which of them may be paired, what another environment changes, and the tables of both."""

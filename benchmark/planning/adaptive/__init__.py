"""Seeds until decided: planned looks, each at its share of the error rate, each comparison ending on its own (docs/search.md)."""

"""The published formats of the files that runs leave behind, as JSON Schema made from their types."""

"""A sample plug-in: one method in one file."""

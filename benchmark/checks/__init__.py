"""Checks of results and methods: verify records by running them again, and hold a method to its contract."""

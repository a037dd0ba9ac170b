"""What a contribution of results says of itself, and what maintainers have said of it."""

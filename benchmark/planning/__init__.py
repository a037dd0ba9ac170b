"""Planning: from a request to runs with their keys, what they share, and the manifest. Trains nothing."""

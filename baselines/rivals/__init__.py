"""Published methods that a user asks for first when a new objective claims a gain over cross-entropy, one file each."""

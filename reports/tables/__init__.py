"""What a table says, apart from how it is printed."""

"""What the methods of the papers must beat, one file each."""

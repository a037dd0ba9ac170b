"""The command line: the only part that imports everything, and late. Nothing here computes anything."""

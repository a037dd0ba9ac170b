"""The commands, one file each; the heavy imports are inside the functions."""

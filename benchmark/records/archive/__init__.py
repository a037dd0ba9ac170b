"""An archive of a results folder: few compressed files that git keeps well, append-only, byte-exact both ways."""

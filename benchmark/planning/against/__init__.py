"""Plans of one's own arms alone, in the cells, splits and seeds that a reference has, with re-runs of the reference that calibrate them."""

"""The parts of the comparison, one file each: `measure(setting) -> Section`."""

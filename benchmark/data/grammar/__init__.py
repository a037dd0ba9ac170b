"""Embedded data: sentences of our own in the schema of SST-2, QNLI and MNLI, from a seeded grammar. A stand-in for the real tasks."""

"""The machine a run is made on: compute settings, memory, provenance."""

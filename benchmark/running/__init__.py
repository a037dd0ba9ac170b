"""Running: the driver and its queue, leases, one run from spec to record, the phase cache."""

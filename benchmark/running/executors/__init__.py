"""Executors: where runs are performed (this machine, a Ray cluster, Slurm). They know nothing of records."""

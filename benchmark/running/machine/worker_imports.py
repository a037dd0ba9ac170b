"""What worker processes import before their first run: the fork server loads this module, and with it the engine, once for all of them."""

import gc

_threshold = gc.get_threshold()
gc.set_threshold(10_000)  # imports make many objects and hardly any garbage

import benchmark.running.run_and_record  # noqa: E402, F401 - loaded for the workers
from benchmark.running.machine.provenance import git_state  # noqa: E402

git_state()  # kept for the workers: a record names the commit that this code was loaded from, not one that is checked out later

gc.set_threshold(*_threshold)
gc.freeze()  # the collector of a worker leaves alone what all of them share: it neither walks it nor copies its pages

"""Where the time of a training step of `ce` goes.

python step.py JOB.json ANSWER.json
"""

from __future__ import annotations

from inside import Opened, clock, opened, profiled
from speed import job


def main() -> None:
    """Fit once to warm up, once against the clock, once under the profiler."""
    run = opened(job.read()["options"])
    fit(run)
    seconds = clock(lambda: fit(run))
    groups, profiled_seconds = profiled(lambda: fit(run))
    job.answer(
        steps=run.steps,
        step_seconds=seconds / run.steps,
        groups={name: spent / run.steps for name, spent in groups.items()},
        profiled_seconds=profiled_seconds / run.steps,
    )


def fit(run: Opened) -> None:
    """The whole phase, from wherever the weights are: its time does not depend on them."""
    run.phase.fit(run.state, run.data, run.context)


if __name__ == "__main__":
    main()

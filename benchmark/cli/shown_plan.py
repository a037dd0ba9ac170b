"""A plan that shows itself: in a notebook, with `print`, and as the document of `plan --json`."""

from __future__ import annotations

import dataclasses
from html import escape

from benchmark.cli.json_documents import PlanDocument, PlanEntry
from benchmark.cli.output.plan_text import plan_text
from benchmark.planning.plan import Plan


@dataclasses.dataclass(frozen=True, repr=False)
class ShownPlan(Plan):
    """What would run, what is already computed, and what it will cost. `runs` are the planned runs in order; `print` shows the plan as the
    command does, and so does a notebook."""

    @classmethod
    def of(cls, plan: Plan) -> ShownPlan:
        """A plan with its ways to be shown."""
        return cls(**{field.name: getattr(plan, field.name) for field in dataclasses.fields(plan)})

    def document(self) -> PlanDocument:
        """The document that `plan --json` prints."""
        return PlanDocument((PlanEntry.of(self),))

    def __str__(self) -> str:
        return plan_text(self)

    def __repr__(self) -> str:
        return f"<plan of {len(self.runs)} runs, {sum(run.todo for run in self.runs)} to do>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(plan_text(self))}</pre>"

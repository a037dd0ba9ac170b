"""What an arm is for, and so which family of tests its comparisons with the baseline belong to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from benchmark import methods
from benchmark.errors import UserError
from reports.published.catalogue import claiming_paper, load_tables

RIVALS, SANITY = "rivals", "sanity arms"


@dataclass(frozen=True)
class ArmRole:
    """The declaration of an arm's method.

    Args:
        family: as `Method.family`.
        controls: the methods that it is a control of.
    """

    method: str
    family: str = "paper"
    controls: tuple[str, ...] = ()

    @property
    def is_null(self) -> bool:
        """Whether it is a baseline under other random numbers."""
        return self.family == "null"

    @property
    def is_claim(self) -> bool:
        """Whether it is a paper's method: the claim under test."""
        return self.family == "paper"

    @property
    def group(self) -> str:
        """Arms that are tested together: those of one paper, the rivals, or the sanity arms (baselines, matched compute, controls)."""
        if self.is_claim:
            return f"paper {paper_of(self.method)}"
        return RIVALS if self.family == "rival" else SANITY


def arm_role(method: str, family: str, controls: tuple[str, ...]) -> ArmRole:
    """The role that a manifest declares; that of the installed method where the manifest is of an older release."""
    return ArmRole(method, family, controls) if family else installed_role(method)


def installed_role(method: str) -> ArmRole:
    """What the installed method declares; a paper's method where none of that name is installed, which is the family by default."""
    try:
        entry = methods.entry(method)
    except UserError:
        return ArmRole(method)
    return ArmRole(method, entry.family, entry.controls)


@cache
def paper_of(method: str) -> str:
    """The paper whose published tables have a cell of this method (`claiming_paper`)."""
    return claiming_paper(method, load_tables())

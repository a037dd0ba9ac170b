"""Consistency of the published numbers: general checks, each on any table. Needs no results and draws no random number."""

from reports.audit.audit import CHECKS, audit, load_published
from reports.audit.finding import Finding, Published, Severity

__all__ = ["CHECKS", "Finding", "Published", "Severity", "audit", "load_published"]

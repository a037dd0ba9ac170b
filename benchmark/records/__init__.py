"""What is kept: specs, keys, manifests, records, the tidy frame. Needs no torch. Reports read this room and `benchmark.config` only, and
so take the user's errors from here."""

from benchmark.errors import UserError, unknown

__all__ = ["UserError", "unknown"]

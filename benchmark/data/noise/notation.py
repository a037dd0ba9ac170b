"""The notation of noise, `KIND:LEVEL`, and what of it is allowed."""

from __future__ import annotations

import re
from typing import Literal, cast

from benchmark.data.noise.registry import KINDS
from benchmark.errors import UserError, unknown
from benchmark.records.spec import NoiseSpec

FORM = "KIND:LEVEL[:replace|:add:N][@train|@test|@both]"
_WRITTEN = re.compile(r"(?P<kind>[^:@]+):(?P<level>[^:@]+)(:(?P<size>replace|add:[1-9][0-9]*))?(@(?P<where>train|test|both))?")


def parse_noise(text: str) -> NoiseSpec | None:
    """Read `none`, or `KIND:LEVEL[:replace|:add:N][@train|@test|@both]`, such as `label-flip:0.2` or `back-translation:0.7:add:10`.

    Raises:
        UserError: not of this form, an unknown kind, a level out of the kind's range, or a combination that makes no sense.
    """
    text = text.strip()
    if text == "none":
        return None
    if (name := re.split("[:@]", text)[0].strip()) not in KINDS:
        raise unknown("noise kind", name, [*KINDS, "none"], "`python -m benchmark list noise` shows them.")
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise UserError(
            f"Noise {text!r} cannot be read.", f"The form is {FORM}, or none.", f"Write for example {name}:{KINDS[name].highest:g}."
        )
    where = cast(Literal["train", "test", "both"], written["where"] or "train")
    spec = NoiseSpec(kind=name, level=_number(written["level"], text), where=where, size=written["size"] or "replace")
    check_noise(spec)
    return spec


def format_noise(spec: NoiseSpec | None) -> str:
    """The text that `parse_noise` reads back to the same spec."""
    if spec is None:
        return "none"
    size = "" if spec.size == "replace" else f":{spec.size}"
    where = "" if spec.where == "train" else f"@{spec.where}"
    return f"{spec.kind}:{spec.level!r}{size}{where}"


def check_noise(spec: NoiseSpec) -> None:
    """Refuse an unknown kind, a level out of range, label noise on test, and added copies where they make no sense (UserError)."""
    if spec.kind not in KINDS:
        raise unknown("noise kind", spec.kind, KINDS, "`python -m benchmark list noise` shows them.")
    kind = KINDS[spec.kind]
    if not kind.allows(spec.level):
        allowed = f"{kind.name} takes a level from {kind.lowest:g} to {kind.highest:g} ({kind.description})."
        raise UserError(f"Noise level {spec.level:g} for {kind.name}.", allowed, "Choose a level in that range, or none for no noise.")
    if kind.touches == "labels" and spec.where != "train":
        allowed = "Label noise goes to train (and dev) only: the test labels are what scores a run."
        raise UserError(f"{kind.name} with where = {spec.where!r}.", allowed, 'Use where = "train", or a noise that touches texts.')
    if spec.size != "replace" and not kind.adds:
        adding = ", ".join(k.name for k in KINDS.values() if k.adds)
        raise UserError(
            f"{kind.name} with size = {spec.size!r}.", f"Only {adding} adds copies.", 'Leave size out, or use size = "replace".'
        )
    if spec.size != "replace" and spec.where != "train":
        raise UserError(f"size = {spec.size!r} with where = {spec.where!r}.", "Copies are added to train only.", 'Use where = "train".')


def _number(written: str, text: str) -> float:
    try:
        return float(written)
    except ValueError:
        raise UserError(
            f"Noise {text!r}: the level {written!r} is not a number.", f"The form is {FORM}.", "Write for example 0.2."
        ) from None

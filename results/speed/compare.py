"""Speed, side by side: this suite and peer scripts on the same rows, in one call.

    python results/speed/compare.py                    all sections; writes results.md and results.json beside this file
    python results/speed/compare.py --quick            smaller and rougher; prints, and writes only where --out says so
    python results/speed/compare.py --only ce,scoring  some sections; prints, and writes only where --out says so
    ... --only ce --keep --out results/speed               measures some sections anew in a report that is there; it names both calls

Needs the peers' libraries: pip install -c constraints.txt -e ".[test]". Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parents[1])]

from speed import machine, rendering, shapes  # noqa: E402
from speed.figures import Section  # noqa: E402
from speed.report import JSON, MARKDOWN, Call, Report, read  # noqa: E402
from speed.sections import ce, grid, phases, precision, scoring, workers  # noqa: E402
from speed.setting import QUICK, Setting, Sizes  # noqa: E402

SECTIONS: dict[str, Callable[[Setting], Section]] = {
    "ce": ce.measure,
    "grid": grid.measure,
    "pairs": phases.pairs,
    "dae": phases.dae,
    "scoring": scoring.measure,
    "precision": precision.measure,
    "workers": workers.measure,
}


def main(given: Sequence[str]) -> int:
    """Measure, print, write. Returns 0 also where a goal was missed: the table says so."""
    options = parser().parse_args(given)
    unknown = sorted(set(options.only) - set(SECTIONS))
    if unknown:
        parser().error(f"--only: no section {unknown[0]!r}; there are {', '.join(SECTIONS)}")
    with tempfile.TemporaryDirectory(prefix="speed-") as scratch:
        setting = made(options, Path(scratch))
        facts = machine.facts(setting) | ({"note": options.note} if options.note else {})
        sections = [measured(name, setting) for name in SECTIONS if name in options.only]
    command = " ".join(["python results/speed/compare.py", *shown(given)])
    made_now = Report((Call(command, facts, tuple(section.name for section in sections)),), tuple(sections))
    out = options.out or (None if options.quick or options.steps or set(options.only) != set(SECTIONS) else FOLDER)
    write(made_now, out, options.keep)
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description="Ratios between this suite and peer scripts, measured side by side.")
    made.add_argument("--quick", action="store_true", help="smaller sizes, one repetition")
    made.add_argument("--only", type=lambda text: text.split(","), default=list(SECTIONS), metavar="A,B", help=", ".join(SECTIONS))
    made.add_argument("--out", type=Path, help="folder for results.md and results.json")
    made.add_argument("--keep", action="store_true", help="keep the sections that the report in --out has beyond these")
    made.add_argument("--note", help="a condition that the report should tell, in words")
    made.add_argument("--device", default="cpu", help="cpu or cuda; on cuda one process uses the GPU with --threads for the host side")
    made.add_argument("--encoder", default="all-minilm-l6-v2", help="name or folder of the encoder, the same for both sides")
    made.add_argument("--shape", choices=list(shapes.SHAPES), help="random weights of this size in place of an encoder")
    made.add_argument("--threads", type=int, default=2, help="of a single run, on either side")
    made.add_argument("--embedded", action="store_true", help="the embedded sentences even where real data is at hand")
    made.add_argument("--steps", type=int, help="optimizer steps in place of the size's own")
    made.add_argument("--test-rows", type=int, help="test sentences in place of the size's own")
    made.add_argument("--repeats", type=int, help="processes per program in place of the size's own")
    return made


def made(options: argparse.Namespace, scratch: Path) -> Setting:
    """The setting that the options ask for."""
    sizes = QUICK if options.quick else Sizes()
    if options.steps:
        sizes = replace(sizes, steps=options.steps)
    if options.test_rows:
        sizes = replace(sizes, test_rows=options.test_rows, many_rows=options.test_rows)
    if options.repeats:
        sizes = replace(sizes, repeats=options.repeats)
    encoder = str(shapes.write(options.shape, scratch / f"random-{options.shape}")) if options.shape else options.encoder
    setting = Setting(scratch, sizes, threads=options.threads, device=options.device, encoder=encoder)
    return replace(setting, data_root=None) if options.embedded else setting


def measured(name: str, setting: Setting) -> Section:
    """One section, with a word on the way."""
    began = time.perf_counter()
    section = SECTIONS[name](setting)
    print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    for ratio in section.ratios:
        print(f"  {ratio.what}: {ratio.value:.2f} {ratio.verdict}", file=sys.stderr, flush=True)
    return section


def write(report: Report, out: Path | None, keep: bool) -> None:
    """Print the report, and put it where a folder was given."""
    if out is not None and keep and (out / JSON).is_file():
        report = report.joined(read(out / JSON), list(SECTIONS))
    text = rendering.markdown(report)
    print(text)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / MARKDOWN).write_text(text, encoding="utf-8")
        (out / JSON).write_text(report.to_json(), encoding="utf-8")


def shown(given: Sequence[str]) -> list[str]:
    """The options as typed, folders by their last part: the report holds no path of a machine."""
    return [Path(word).name if "/" in word else word for word in given]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the program being measured ends too
    raise SystemExit(main(sys.argv[1:]))

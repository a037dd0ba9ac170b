"""`python -m benchmark`: the command line."""

import gc
import sys

from benchmark.cli import app
from benchmark.cli.output.terminal import open_standard_streams


def main() -> int:
    """One command, with the garbage collector out of the way: imports and plans make many objects and hardly any garbage, and what is
    left at the end goes with the process."""
    gc.set_threshold(10_000)
    open_standard_streams()
    code = app.main()
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())

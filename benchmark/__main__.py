"""`python -m benchmark`: the command line."""

import sys

from benchmark.cli.app import main

if __name__ == "__main__":
    sys.exit(main())

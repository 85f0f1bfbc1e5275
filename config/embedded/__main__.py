"""`python -m config.embedded run`: the whole of Switchboard on one machine."""

import argparse
import sys

from config.embedded import run
from config.embedded.errors import CannotStart


def main() -> int:
    """Exit code 0 after Ctrl-C or SIGTERM, 1 with one sentence when it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m config.embedded")
    parser.add_argument("command", choices=["run"])
    parser.parse_args()
    try:
        run.everything()
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
    return 0


sys.exit(main())

"""`python -m apps.integrations.simulator [--port N] [--state FILE]`."""

import argparse
import contextlib
from pathlib import Path

from apps.integrations.simulator.server import run


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m apps.integrations.simulator",
        description="Google, YouTube, Microsoft and Notion on one loopback port.",
    )
    parser.add_argument("--port", type=int, default=0, help="any free one by default")
    parser.add_argument("--state", type=Path, help="where to remember; else in memory")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        run(given.port, given.state)


if __name__ == "__main__":
    main()

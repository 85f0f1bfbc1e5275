"""A program that has servers running until it is killed: `hold_servers.py FOLDER`."""

import signal
import sys
from pathlib import Path

from config.embedded import servers

with servers(Path(sys.argv[1]), "test"):
    signal.pause()

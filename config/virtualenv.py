"""`python config/virtualenv.py base embedded …`: `.venv` as the lock files say, or the
folder of another name in VENV.

Installs again only when the content of a lock changed, and makes `.venv` anew when the
Python in it is gone. Run by the Makefile with any Python 3.11 or newer; standard
library only, because nothing else is there yet.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("VENV", ".venv")
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


def main(names: list[str]) -> int:
    """Exit code 1 and one sentence when it cannot be done."""
    wanted = {name: _fingerprint(name) for name in names}
    whole = STAMP.exists() and PYTHON.exists()
    installed = json.loads(STAMP.read_text()) if whole else None
    if installed is None:
        print(f"Making the virtual environment {VENV.name} …", flush=True)
        if not _make():
            return 1
        installed = {}
    if wanted.items() <= installed.items():
        return 0
    print(
        f"Installing {', '.join(names)} into {VENV.name} (a minute or two) …",
        flush=True,
    )
    locks = [part for name in names for part in ("-r", f"requirements/{name}.txt")]
    pip = [str(PYTHON), "-m", "pip", "-qq", "install"]
    options = ["--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*pip, *options, *locks], cwd=ROOT, check=False).returncode:
        print("The packages could not be installed: pip says why, above.")
        return 1
    STAMP.write_text(json.dumps(installed | wanted, indent=1))
    return 0


def _fingerprint(name: str) -> str:
    lock = ROOT / "requirements" / f"{name}.txt"
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _make() -> bool:
    try:
        import ensurepip  # noqa: F401  (Debian ships Python without it)
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(
            f"{sys.executable} cannot make virtual environments: "
            f"install its venv package (Debian: apt install python{version}-venv)."
        )
        return False
    venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Where settings come from: the environment, `.env`, `NAME_FILE`, the embedded servers.

The order, first hit wins: the file that `NAME_FILE` points at, a variable, `.env` at the
project root, and for a laptop the servers and secrets that `make run` left in `DATA_DIR`.
"""

import base64
import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

import environ

ROOT = Path(__file__).resolve().parent.parent


class Env(environ.FileAwareEnv):  # type: ignore[misc]  # ships no types
    """Values without the line end that `echo` leaves in a secret's file."""

    def get_value(self, *args: Any, **kwargs: Any) -> Any:
        value = super().get_value(*args, **kwargs)
        return value.strip() if isinstance(value, str) else value


env = Env()
environ.FileAwareEnv.read_env(ROOT / ".env", overwrite=False)

DATA_DIR = ROOT / (env.str("DATA_DIR", default="") or ".data")


def service_url(name: str) -> str:
    """`DATABASE_URL` or `REDIS_URL`: given, or of the servers `make run` has up.

    Empty when neither is there; a system check says so in words.
    """
    if given := env.str(name, default=""):
        return str(given)
    try:
        running = json.loads((DATA_DIR / "services.json").read_text())
    except (FileNotFoundError, ValueError):  # none, or cut off with the power
        return ""
    return str(running.get(name, ""))


def laptop_secrets() -> dict[str, str]:
    """Secrets of a development machine, made on first use and kept in `DATA_DIR`.

    Two processes that start at once agree: the file is linked into place complete,
    and whoever comes second reads the first one's. Damaged ones end the process with
    a sentence: new ones in their place could not open what these have sealed.
    """
    path = DATA_DIR / "secrets.json"
    # SystemExit, because settings are loaded where nobody could catch and say it.
    try:
        if not path.exists():
            _keep(_new_secrets(), path)
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise SystemExit(
            f"The secrets in {path} cannot be read or made: {error.strerror}."
        ) from error
    except ValueError:  # no JSON, or no text at all
        found = None
    if not isinstance(found, dict) or set(map(type, found.values())) != {str}:
        raise SystemExit(
            f"The secrets in {path} are damaged: restore the file from a backup, or "
            "delete it; new ones are made then, and what the old ones sealed is lost."
        )
    return found


def _keep(values: dict[str, str], path: Path) -> None:
    """Write the file, unless another process was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"secrets.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(json.dumps(values))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _new_secrets() -> dict[str, str]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": f"k1:{key}",
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }

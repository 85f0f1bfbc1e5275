"""Where settings come from: the environment, `.env`, `NAME_FILE`, the embedded servers.

The order, first hit wins: the file that `NAME_FILE` points at, a variable, `.env` at the
project root, and for a laptop the servers and secrets that `make run` left in `DATA_DIR`.
"""

import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar

import environ
from django.core.exceptions import ImproperlyConfigured

_YES = ("1", "true", "yes", "on", "y", "t")
_NO = ("0", "false", "no", "off", "n", "f", "")
# As a browser says it: in lower case, no path, no `*`.
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_PLACE = re.compile(r"[A-Za-z0-9.-]+:[0-9]{1,5}")
_MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

ROOT = Path(__file__).resolve().parent.parent


class Env(environ.FileAwareEnv):  # type: ignore[misc]  # ships no types
    """Values without the line end that `echo` leaves in a secret's file."""

    # What is wrong with the values asked for so far, in words; config/checks.py
    # tells all of it at once.
    mistakes: ClassVar[list[str]] = []

    def get_value(self, *args: Any, **kwargs: Any) -> Any:
        try:
            value = super().get_value(*args, **kwargs)
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(str(args[0]), error) from error
        return value.strip() if isinstance(value, str) else value

    def whole(self, name: str, *, default: int, least: int = 0) -> int:
        """A whole number of at least `least`; the default in place of anything else."""
        given = str(self.str(name, default=str(default)))
        if (
            given.isascii()
            and given.removeprefix("-").isdigit()
            and int(given) >= least
        ):
            return int(given)
        self._mistaken(name, given, f"a whole number of at least {least}")
        return default

    def yes_or_no(self, name: str, *, default: bool) -> bool:
        given = str(self.str(name, default="1" if default else "0")).lower()
        if given not in (*_YES, *_NO):
            self._mistaken(name, given, "1 or 0")
            return default
        return given in _YES

    def one_of(self, name: str, choices: Collection[str], *, default: str) -> str:
        given = str(self.str(name, default=default))
        if given not in choices:
            self._mistaken(name, given, f"one of {', '.join(choices)}")
            return default
        return given

    def address(self, name: str, schemes: Collection[str], *, default: str) -> str:
        """A URL with one of these schemes; nothing, where the default is nothing."""
        given = str(self.str(name, default="")) or default
        if not given:
            return ""
        if given.partition("://")[0] not in schemes or "://" not in given:
            kinds = " or ".join(f"{scheme}://" for scheme in schemes)
            self._mistaken(name, given, f"an address that begins with {kinds}")
            return default
        return given

    def mailbox(self, name: str) -> str:
        """An e-mail address, or nothing."""
        given = str(self.str(name, default=""))
        if given and not _MAILBOX.fullmatch(given):
            self._mistaken(name, given, "an address such as help@example.com")
            return ""
        return given

    def origins(self, name: str) -> list[str]:
        """Those of web pages, with commas between them: scheme, host and port alone."""
        given = [each.strip() for each in self.list(name, default=[])]
        found = [each for each in given if _ORIGIN.fullmatch(each)]
        if len(found) < len(given):
            wanted = "origins such as https://app.example.com, with commas between them"
            self._mistaken(name, ",".join(given), wanted)
        return found

    def places(self, name: str) -> list[tuple[str, int]]:
        """Hosts with their ports, with commas between them: "10.0.0.1:26379,…"."""
        given = [each.strip() for each in self.list(name, default=[]) if each.strip()]
        found = [each.rpartition(":") for each in given if _PLACE.fullmatch(each)]
        if len(found) < len(given):
            wanted = "places such as 10.0.0.1:26379, with commas between them"
            self._mistaken(name, ",".join(given), wanted)
        return [(host, int(port)) for host, _, port in found]

    def _mistaken(self, name: str, given: str, wanted: str) -> None:
        words = f"{name} is {given!r}; it takes {wanted}."
        if words not in self.mistakes:
            self.mistakes.append(words)


def _unreadable(name: str, error: OSError | UnicodeDecodeError) -> ImproperlyConfigured:
    """For people, without what the file holds."""
    path = os.environ.get(f"{name}_FILE", "")
    why = error.strerror if isinstance(error, OSError) else "it is no text"
    return ImproperlyConfigured(
        f"{name}_FILE names {path}, which cannot be read: {why}. Make that file, or "
        "take the variable away (docker/secrets.sh makes those of the compose files)."
    )


env = Env()
environ.FileAwareEnv.read_env(ROOT / ".env", overwrite=False)

DATA_DIR = ROOT / (env.str("DATA_DIR", default="") or ".data")


def served(name: str, schemes: Collection[str] = ()) -> str:
    """`DATABASE_URL` or `REDIS_URL`: given, or of the servers `make run` has up.

    Empty when neither is there; a system check says so in words.
    """
    if not env.str(name, default=""):
        return published(name)
    return env.address(name, schemes, default="") if schemes else env.str(name)


def published(name: str) -> str:
    """What a running `make run` says of itself: its servers, and its `PORT`."""
    try:
        running = json.loads((DATA_DIR / "services.json").read_text())
    except FileNotFoundError:
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
    if missing := _new_secrets().keys() - found.keys():
        # Made by an older version; what it has stays as it is.
        return _completed(path, missing)
    return found


def _completed(path: Path, missing: Collection[str]) -> dict[str, str]:
    """The kept secrets with new ones for what is missing. One process at a time."""
    with open(path.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept: dict[str, str] = json.loads(path.read_bytes())
        made = {
            name: value for name, value in _new_secrets().items() if name in missing
        }
        values = made | kept
        draft = path.with_name(f"secrets.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(values))
        draft.replace(path)
    return values


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
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": f"k1:{_new_key()}",
        "JWT_SIGNING_KEYS": f"j1:{_new_key()}",
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
    }


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()

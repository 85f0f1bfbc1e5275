"""Whether the tables are already those of this code, without starting Django."""

import hashlib
from pathlib import Path

from config.embedded.folder import Folder, write_private
from config.env import ROOT


class Schema:
    """What the last preparation of a data folder was made from."""

    def __init__(self, folder: Folder, database_url: str) -> None:
        self._stamp: Path = folder.path / "schema"
        self._fingerprint = _fingerprint(database_url)

    def is_current(self) -> bool:
        """True only after the same migrations ran on the same database."""
        stamp = self._stamp
        expected = self._fingerprint.encode()
        return stamp.exists() and stamp.read_bytes() == expected

    def remember(self) -> None:
        write_private(self._stamp, self._fingerprint)


def _fingerprint(database_url: str) -> str:
    digest = hashlib.sha256(database_url.encode())
    ours = sorted(ROOT.glob("apps/*/migrations/*.py"))
    for path in (*ours, ROOT / "requirements" / "base.txt"):  # the others' come with it
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()

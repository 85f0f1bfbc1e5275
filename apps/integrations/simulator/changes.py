"""What has changed in an account since somebody last asked, in order.

A token tells up to where it was told; one that is too old is known no more.
"""

import base64
import binascii
import json

from apps.integrations.simulator.state import State


class TooOld(Exception): ...


class Changes:
    def __init__(self, state: State, kind: str, address: str) -> None:
        self._state, self._name = state, f"{kind}-changes:{address}"
        self._seen = state.kept.things.setdefault(self._name, {})

    @property
    def last(self) -> int:
        return self._state.kept.counts.get(self._name, 0)

    def note(self, name: str) -> None:
        """That a thing was made, changed or deleted now."""
        number = self.last + 1
        self._state.kept.counts[self._name] = number
        self._seen[name] = {"number": number}

    def since(self, number: int) -> list[str]:
        """Their names, the earliest change first."""
        rows = [
            (row["number"], name)
            for name, row in self._seen.items()
            if row and row["number"] > number
        ]
        return [name for _, name in sorted(rows)]

    def token(self, number: int) -> str:
        said = json.dumps([self._name, number, self._state.now()])
        return base64.urlsafe_b64encode(said.encode()).decode()

    def read(self, token: str) -> int:
        """Raises TooOld, also for what is no token of this account."""
        try:
            name, number, at = json.loads(base64.urlsafe_b64decode(token))
        except (binascii.Error, ValueError, TypeError) as error:
            raise TooOld from error
        life = self._state.settings.sync_life
        is_old = life is not None and self._state.now() - float(at) > life
        if name != self._name or is_old or int(number) > self.last:
            raise TooOld
        return int(number)

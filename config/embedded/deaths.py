"""How often something died lately, and how long to wait before it starts again."""

import time
from collections import deque

from config.embedded.errors import CannotStart

# What dies this often within a minute will not get better by itself.
MOST_DEATHS = 5
WITHIN_SECONDS = 60


class Deaths:
    def __init__(self, whose: str, words: str) -> None:
        """`whose` ("The web process") and where its last `words` are, for a sentence."""
        self._whose, self._words = whose, words
        self._times: deque[float] = deque(maxlen=MOST_DEATHS)

    def another(self) -> float:
        """Count one; seconds to wait before the next start. CannotStart at the fifth."""
        now = time.monotonic()
        self._times.append(now)
        recent = [death for death in self._times if now - death < WITHIN_SECONDS]
        if len(recent) == MOST_DEATHS:
            raise CannotStart(
                f"{self._whose} died {MOST_DEATHS} times within a minute, "
                f"so everything was stopped; {self._words}."
            )
        return 0.2 * 2.0 ** (len(recent) - 1)


def how(code: int) -> str:
    """An exit code in words."""
    return f"ended with signal {-code}" if code < 0 else f"ended with exit code {code}"

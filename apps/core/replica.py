"""What may be a moment old is read of a replica, where there is one.

`ANALYTICS_DATABASE_URL` names it: PostgreSQL's own streaming replica of our database
(docs/scale.md). Reports of operators are read there, so that a year of everybody's texts
takes no time from who texts just now. All else is read where it is written.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connections

from apps.core.logs import logger

ALIAS = "replica"
# One that did not answer is asked again after so long: each time it is, somebody waits.
AWAY_SECONDS = 30.0
_TOOK_TOO_LONG = "57014"  # our own limit for a statement: it would take as long again

P = ParamSpec("P")
T = TypeVar("T")
_is_asked: ContextVar[bool] = ContextVar("the replica is asked", default=False)
_away_until = 0.0


class Router:
    """Of Django, in the settings where a replica is named."""

    def db_for_read(self, model: Any, **_: Any) -> str | None:
        return ALIAS if _is_asked.get() else None

    def allow_relation(self, one: Any, other: Any, **_: Any) -> bool:
        """They are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        return False if db == ALIAS else None


def reads(report: Callable[P, T]) -> Callable[P, T]:
    """What the function asks the ORM for comes from the replica; from the database itself
    where there is none, or where it does not answer. It has to have asked all of it by
    its end: a queryset that is read later is read where it always was."""

    @wraps(report)
    def read(*args: P.args, **kwargs: P.kwargs) -> T:
        global _away_until
        if ALIAS not in connections.settings or time.monotonic() < _away_until:
            return report(*args, **kwargs)
        asked = _is_asked.set(True)
        try:
            return report(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            if getattr(error.__cause__, "sqlstate", "") == _TOOK_TOO_LONG:
                raise
            why = type(error.__cause__ or error).__name__
        finally:
            _is_asked.reset(asked)
        logger.warning("replica_away", error=why)
        connections[ALIAS].close()
        _away_until = time.monotonic() + AWAY_SECONDS
        return report(*args, **kwargs)

    return read

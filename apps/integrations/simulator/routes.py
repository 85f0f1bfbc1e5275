"""Which handler answers which path, and what a bearer needs for it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.integrations.simulator import grants
from apps.integrations.simulator.messages import Answer, Request, Stop
from apps.integrations.simulator.people import Person, person
from apps.integrations.simulator.state import State, Thing


@dataclass
class Call:
    """A request on its way, with whom it speaks for once that is known."""

    request: Request
    state: State
    grant: Thing = field(default_factory=dict)
    token: Thing = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)  # for the log

    @property
    def person(self) -> Person:
        return person(self.grant["account"])

    def has(self, *scopes: str) -> bool:
        return bool(set(scopes) & set(self.token["scopes"]))


Handler = Callable[..., Answer]
Entry = Callable[[Call], Answer]


@dataclass(frozen=True)
class Shapes:
    """How one provider says no."""

    unauthorised: Callable[[str], Answer]
    forbidden: Callable[[tuple[str, ...]], Answer]


class Routes:
    def __init__(self) -> None:
        self._entries: list[tuple[str, re.Pattern[str], Handler]] = []

    def open(self, method: str, pattern: str) -> Callable[[Handler], Handler]:
        """Without a bearer: pages and token endpoints."""

        def keep(handler: Handler) -> Handler:
            self._entries.append((method, _compiled(pattern), handler))
            return handler

        return keep

    def api(
        self, method: str, pattern: str, shapes: Shapes, provider: str, *scopes: str
    ) -> Callable[[Handler], Handler]:
        """With a live bearer of that provider that has one of the scopes."""

        def keep(handler: Handler) -> Handler:
            def guarded(call: Call, **parts: str) -> Answer:
                admit(call, shapes, provider, scopes)
                return handler(call, **parts)

            self._entries.append((method, _compiled(pattern), guarded))
            return handler

        return keep

    def find(self, method: str, path: str) -> Entry | None:
        for verb, pattern, handler in self._entries:
            if verb == method and (match := pattern.fullmatch(path)):
                return lambda call: handler(call, **match.groupdict())
        return None


ROUTES = Routes()


def admit(call: Call, shapes: Shapes, provider: str, scopes: tuple[str, ...]) -> None:
    """Whoever the bearer speaks for. Raises Stop with a 401 or 403."""
    try:
        token, grant = grants.look_up(call.state, call.request.bearer())
    except grants.BadToken as bad:
        raise Stop(shapes.unauthorised(str(bad))) from bad
    if grant["provider"] != provider:
        raise Stop(shapes.unauthorised("unknown"))
    call.token, call.grant = token, grant
    call.note |= {"client": token["client"], "account": grant["account"]}
    if scopes and not call.has(*scopes):
        raise Stop(shapes.forbidden(scopes))


def _compiled(pattern: str) -> re.Pattern[str]:
    """`{name}` is one step of a path."""
    steps = [
        f"(?P<{step[1:-1]}>[^/]+)" if step.startswith("{") else re.escape(step)
        for step in pattern.split("/")
    ]
    return re.compile("/".join(steps))

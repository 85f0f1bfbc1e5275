"""The things in an account: what the demo puts there, and over it what people did."""

from collections.abc import Iterable

from apps.integrations.simulator.state import State, Thing


class Things:
    def __init__(self, state: State, kind: str, address: str, demo: Iterable[Thing]):
        self._over = state.kept.things.setdefault(f"{kind}:{address}", {})
        self._demo = {thing["id"]: thing for thing in demo}

    def all(self) -> list[Thing]:
        merged = {**self._demo, **self._over}
        return [thing for thing in merged.values() if thing is not None]

    def get(self, name: str) -> Thing | None:
        return self._over[name] if name in self._over else self._demo.get(name)

    def was_deleted(self, name: str) -> bool:
        return name in self._over and self._over[name] is None

    def put(self, thing: Thing) -> Thing:
        self._over[thing["id"]] = thing
        return thing

    def delete(self, name: str) -> None:
        self._over[name] = None

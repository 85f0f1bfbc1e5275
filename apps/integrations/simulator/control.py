"""The door for tests: `POST /_control`, `GET /_log`, `GET /_tokens`.

Open to programs on this machine only: a page in a browser can neither send JSON to
another origin unasked, nor come by a name that is not the machine's.
"""

from dataclasses import fields
from typing import Any

from apps.integrations.simulator import grants
from apps.integrations.simulator.faults import Fault, Faults
from apps.integrations.simulator.journal import Journal
from apps.integrations.simulator.messages import Answer, Request
from apps.integrations.simulator.state import Settings, State, Thing

_HERE = ("127.0.0.1", "localhost", "[::1]")


class Refusal(Exception): ...


class Door:
    def __init__(self, state: State, faults: Faults, journal: Journal) -> None:
        self._state, self._faults, self._journal = state, faults, journal
        self._orders = {
            "fault": self._fault,
            "calm": self._calm,
            "set": self._set,
            "decide": self._decide,
            "revoke": self._revoke,
            "expire": self._expire,
            "clear_log": self._clear_log,
            "forget": self._forget,
        }

    def answer(self, request: Request) -> Answer:
        host = request.headers.get("host", "").rpartition(":")[0]
        if host not in _HERE or "origin" in request.headers:
            return Answer(403, {"error": "From this machine, by its own name, only."})
        match request.method, request.path:
            case "GET", "/_log":
                return Answer(200, {"requests": self._journal.lines()})
            case "GET", "/_tokens":
                return Answer(200, self._tokens())
            case "POST", "/_control":
                return self._obey(request)
        return Answer(404, {"error": "There is /_control, /_log and /_tokens."})

    def _obey(self, request: Request) -> Answer:
        if request.headers.get("content-type", "").partition(";")[0] != (
            "application/json"
        ):
            return Answer(415, {"error": "JSON only."})
        given = request.json()
        order = self._orders.get(str(given.pop("do", "")))
        if order is None:
            return Answer(400, {"error": f"do is one of {', '.join(self._orders)}"})
        try:
            return Answer(200, order(given))
        except (Refusal, TypeError, ValueError) as error:
            return Answer(400, {"error": str(error)})

    def _fault(self, given: Thing) -> Thing:
        self._faults.add(Fault(**given))
        return {}

    def _calm(self, given: Thing) -> Thing:
        self._faults.calm()
        return {}

    def _set(self, given: Thing) -> Thing:
        known = {each.name for each in fields(Settings)} - {"decisions"}
        if unknown := given.keys() - known:
            raise Refusal(f"No such setting: {', '.join(sorted(unknown))}")
        for name, value in given.items():
            setattr(self._state.settings, name, value)
        return {name: getattr(self._state.settings, name) for name in sorted(known)}

    def _decide(self, given: Thing) -> Thing:
        """The next consents are given or denied without the page."""
        times = given.pop("times", 1)
        self._state.settings.decisions += [given] * times
        return {"waiting": len(self._state.settings.decisions)}

    def _revoke(self, given: Thing) -> Thing:
        found = self._grants(given)
        for grant in found:
            grants.revoke(self._state, grant)
        return {"grants": len(found)}

    def _expire(self, given: Thing) -> Thing:
        """`what`: "access" (the default), "refresh" or "codes"."""
        what = str(given.pop("what", "access"))
        if what not in ("access", "refresh", "codes"):
            raise Refusal("what is one of access, refresh, codes")
        names = {grant["id"] for grant in self._grants(given)}
        shelf: dict[str, Thing] = getattr(self._state.kept, what)
        rows = [row for row in shelf.values() if row["grant"] in names]
        for row in rows:
            row["until"] = self._state.now() - 1
        return {what: len(rows)}

    def _grants(self, given: Thing) -> list[Thing]:
        """By provider, account, project, or all."""
        if unknown := given.keys() - {"provider", "account", "project"}:
            raise Refusal(f"Unknown: {', '.join(sorted(unknown))}")
        return [
            grant
            for grant in self._state.kept.grants.values()
            if all(grant[name] == value for name, value in given.items())
        ]

    def _clear_log(self, given: Thing) -> Thing:
        self._journal.clear()
        return {}

    def _forget(self, given: Thing) -> Thing:
        """As on the first day."""
        self._faults.calm()
        self._state.forget()
        self._journal.clear()
        return {}

    def _tokens(self) -> dict[str, Any]:
        """Those that are worth something now, and codes not redeemed."""
        kept, now = self._state.kept, self._state.now()
        return {
            "access": [
                name
                for name, row in kept.access.items()
                if row["until"] is None or row["until"] >= now
            ],
            "refresh": [
                name
                for name, row in kept.refresh.items()
                if not row["retired"] and (row["until"] is None or row["until"] >= now)
            ],
            "codes": [
                name
                for name, row in kept.codes.items()
                if not row["used"] and row["until"] >= now
            ],
        }

"""Switchboard from Python, with nothing but Python: say something, read the answer.

    export SWITCHBOARD_URL=https://switchboard.example SWITCHBOARD_TOKEN=sbpat_…
    python switchboard.py "remind me to call Ana tomorrow at 9am"

The token is one of your own, made under *API tokens* (/app/settings/tokens/) with the
scopes messages:write and reminders:read.
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

TIMEOUT = 15.0  # seconds that an answer may take
PATIENCE = 60.0  # seconds that the assistant may take


class Problem(Exception):
    """What the server refused, or could not do: `code` is for programs, the words for
    people, `errors` for each field what is wrong with it."""

    def __init__(self, status: int, told: dict[str, Any], wait: str = "") -> None:
        self.status, self.code = status, str(told.get("code", "bad_answer"))
        errors = told.get("errors")
        self.errors: dict[str, list[str]] = errors if isinstance(errors, dict) else {}
        self.wait = int(wait) if wait.isdigit() else None  # seconds
        self.request_id = told.get("request_id", "")
        super().__init__(told.get("detail", f"The server answered {status}."))


class Switchboard:
    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url.rstrip("/"), token

    def ask(self, verb: str, path: str, body: Any = None, key: str = "") -> Any:
        """JSON of the answer. Raises Problem, also where there is no answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key:
            # Sent again with the same one, it is done once.
            headers["Idempotency-Key"] = key
        sent = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"{self.url}/api/v1/{path}", sent, headers, method=verb
        )
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT) as answer:
                found = json.load(answer)
            if isinstance(found, dict):
                return found
            raise ValueError("it is not ours")
        except urllib.error.HTTPError as error:
            wait = error.headers["Retry-After"] or ""
            raise Problem(error.code, _json(error), wait) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            told = {"code": "no_answer", "detail": f"No answer: {error}"}
            raise Problem(0, told) from error

    def say(self, words: str) -> str:
        """What the assistant answers. Raises Problem."""
        key = str(uuid.uuid4())
        said = self.ask("POST", "messages", {"words": words}, key)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            message = self.ask("GET", f"messages/{said['id']}")
            if not message["is_waiting"]:
                answer: dict[str, str] | None = message["answer"]
                return answer["body"] if answer else message["state"]
            time.sleep(0.5)
        raise Problem(0, {"code": "timeout", "detail": "There is no answer yet."})

    def reminders(self) -> Iterator[dict[str, Any]]:
        """The open ones, the next first, however many pages they fill."""
        path = "reminders"
        while path:
            page = self.ask("GET", path)
            yield from page["results"]
            query = urllib.parse.urlsplit(page["next"] or "").query
            path = f"reminders?{query}" if query else ""


def _json(answer: Any) -> dict[str, Any]:
    """Empty where it is something else, like a proxy's page, or breaks off."""
    try:
        found = json.load(answer)
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    return found if isinstance(found, dict) else {}


def main() -> None:
    words = " ".join(sys.argv[1:])
    url, token = (os.environ.get(f"SWITCHBOARD_{name}") for name in ("URL", "TOKEN"))
    if not url or not token:
        sys.exit("Set SWITCHBOARD_URL and SWITCHBOARD_TOKEN first.")
    here = Switchboard(url, token)
    try:
        print(here.say(words))
        for each in here.reminders():
            print(f"- {each['when']}: {each['text']}")
    except Problem as problem:
        print(f"{problem.code}: {problem}", file=sys.stderr)
        for field, mistakes in problem.errors.items():
            print(f"  {field}: {' '.join(mistakes)}", file=sys.stderr)
        if problem.wait is not None:
            print(f"  Try again in {problem.wait} seconds.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

"""What goes wrong on request: the next answers of a path, or their absence."""

import fnmatch
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "answer",  # this status, headers and body, and nothing is done
    "hang",  # nothing is said for `seconds`; then everything as usual
    "reset",  # the connection is cut, nothing is done
    "noise",  # bytes that are no HTTP
    "garbage",  # 200 and a body that is no JSON
    "huge",  # 200 and `bytes` of JSON
    "truncate",  # done, but only half of the answer arrives
    "drip",  # done, and the answer comes a byte each `seconds`
    "lose",  # done, and the connection is cut before the answer
]


@dataclass
class Fault:
    path: str  # with * and ?, as a shell has them
    kind: Kind
    method: str = "*"
    times: int = 1
    skip: int = 0  # requests that are let through first
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0
    bytes: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is one of {', '.join(get_args(Kind))}")
        if not isinstance(self.body, str) and self.body is not None:
            self.body = json.dumps(self.body)

    def meets(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and fnmatch.fnmatchcase(path, self.path)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self._calm = threading.Event()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)

    def calm(self) -> None:
        """Forget what is to come, and let go of whoever hangs."""
        with self._lock:
            self._waiting.clear()
            self._calm.set()
            self._calm = threading.Event()

    def take(self, method: str, path: str) -> Fault | None:
        """The first that waits for such a request, counted down."""
        with self._lock:
            for fault in self._waiting:
                if not fault.meets(method, path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times < 1:
                    self._waiting.remove(fault)
                return fault
        return None

    def wait(self, seconds: float) -> bool:
        """True when it was called off."""
        return self._calm.wait(seconds)

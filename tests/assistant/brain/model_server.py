"""A server that speaks OpenAI's chat completions and does what it was told to: answer,
call tools, lie, stall, overspend, break."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Answer = Mapping[str, Any]


def says(words: str, **usage: int) -> Answer:
    return {"content": words, "usage": usage}


def calls(*tools: tuple[str, Mapping[str, Any]], words: str = "") -> Answer:
    return {"calls": tools, "content": words, "usage": {}}


@dataclass
class ModelServer:
    """`script` answers requests in order; the last entry answers whatever comes after.
    An entry may be a function of the request."""

    script: list[Answer | Callable[[dict[str, Any]], Answer]] = field(
        default_factory=list
    )
    asked: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    # Seconds before each answer; the server gives up waiting when it is closed.
    stalls: float = 0.0

    def __post_init__(self) -> None:
        owner = self
        self._over = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> ModelServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def prompts(self) -> list[str]:
        """The last words of the person in each request."""
        return [
            [m["content"] for m in each["messages"] if m["role"] == "user"][-1]
            for each in self.asked
        ]

    @property
    def tools(self) -> set[str]:
        """Offered with the last request."""
        return {each["function"]["name"] for each in self.asked[-1].get("tools", [])}

    def results(self) -> list[str]:
        """What tools told the model, in the last request."""
        return [m["content"] for m in self.asked[-1]["messages"] if m["role"] == "tool"]

    def _answer(self, to: BaseHTTPRequestHandler) -> None:
        size = int(to.headers["Content-Length"])
        request = json.loads(to.rfile.read(size))
        self.asked.append(request)
        place = min(len(self.asked), len(self.script)) - 1
        if self.stalls:
            self._over.wait(self.stalls)
        entry = self.script[place] if self.script else says("Hello.")
        found = entry(request) if callable(entry) else entry
        body = json.dumps(_completion(found, request)).encode()
        try:
            to.send_response(self.status)
            to.send_header("Content-Type", "application/json")
            to.send_header("Content-Length", str(len(body)))
            to.end_headers()
            to.wfile.write(body)
        except OSError:
            return  # whoever asked has gone


def _completion(answer: Answer, request: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.get("content")}
    if tools := answer.get("calls"):
        message["tool_calls"] = [
            {
                "id": f"call_{time.monotonic_ns()}_{number}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for number, (name, arguments) in enumerate(tools)
        ]
    usage = answer.get("usage") or {}
    tokens_in, tokens_out = usage.get("tokens_in", 200), usage.get("tokens_out", 20)
    return {
        "id": "cmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls" if tools else "stop",
                "message": message,
            }
        ],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }

"""A coroutine from code that is none: its event loop runs in a thread beside, and what has
to happen here (a database connection belongs to its thread) is called here.

    def ask(beside):                 async def asked(beside):
        return beside.run(asked)         return await beside.here(look_up, 5)

Unlike asgiref's bridge it does not mind an event loop that goes on in the caller's thread.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

R = TypeVar("R")
T = TypeVar("T")
Call = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Beside(Generic[R]):
    """For one run."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._found: list[R] = []
        self._error: BaseException | None = None

    def run(self, work: Callable[["Beside[R]"], Awaitable[R]]) -> R:
        """Its result; whatever it raises is raised here. Serves `here` meanwhile."""
        thread = threading.Thread(target=self._think, args=[work], name="beside")
        thread.start()
        while call := self._calls.get():
            self._answer(*call)
        thread.join()
        if self._error:
            raise self._error
        return self._found[0]

    async def here(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call it in the thread that runs this, and wait for what comes of it."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((lambda: function(*arguments), answer))
        return await answer

    def _think(self, work: Callable[["Beside[R]"], Awaitable[R]]) -> None:
        async def all_of_it() -> R:
            self._loop = asyncio.get_running_loop()
            return await work(self)

        try:
            self._found.append(asyncio.run(all_of_it()))
        except BaseException as error:  # whatever it is, it is raised where it was run
            self._error = error
        finally:
            self._calls.put(None)

    def _answer(
        self, function: Callable[[], Any], answer: "asyncio.Future[Any]"
    ) -> None:
        assert self._loop
        try:
            found = function()
        except Exception as error:
            self._tell(answer, answer.set_exception, error)
        else:
            self._tell(answer, answer.set_result, found)

    def _tell(
        self, answer: "asyncio.Future[Any]", tell: Callable[[Any], None], what: Any
    ) -> None:
        """Unless whoever asked has been stopped meanwhile."""

        def told() -> None:
            if not answer.done():
                tell(what)

        assert self._loop
        try:
            self._loop.call_soon_threadsafe(told)
        except RuntimeError:
            return  # the loop has ended without waiting for it

"""A coroutine from code that is none, with calls back into its caller's thread."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.core.beside import Beside


async def doubled(beside: Beside[int]) -> int:
    here = await beside.here(threading.get_ident)
    there = threading.get_ident()
    assert here != there
    return 2 * await beside.here(lambda: 21)


def test_what_is_called_here_runs_in_the_callers_thread() -> None:
    async def which(beside: Beside[int]) -> int:
        return await beside.here(threading.get_ident)

    assert Beside[int]().run(which) == threading.get_ident()


def test_it_works_where_an_event_loop_goes_on_already() -> None:
    async def inside() -> int:
        return Beside[int]().run(doubled)

    with ThreadPoolExecutor(1) as fresh:
        assert fresh.submit(asyncio.run, inside()).result() == 42
    assert Beside[int]().run(doubled) == 42


def test_what_is_raised_there_or_here_comes_out() -> None:
    async def there(beside: Beside[int]) -> int:
        raise ZeroDivisionError

    async def here(beside: Beside[int]) -> int:
        return await beside.here(lambda: 1 // 0)

    for work in (there, here):
        with pytest.raises(ZeroDivisionError):
            Beside[int]().run(work)


def test_one_that_stops_waiting_leaves_nothing_behind() -> None:
    over = threading.Event()

    async def impatient(beside: Beside[int]) -> int:
        asking = asyncio.create_task(beside.here(lambda: int(over.wait(5))))
        await asyncio.sleep(0)
        asking.cancel()
        over.set()
        return 7

    before = threading.active_count()
    assert Beside[int]().run(impatient) == 7
    assert threading.active_count() == before

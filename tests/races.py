"""Several at once, in threads with a connection each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from apps.core.errors import AppError


def together(times: int, act: Callable[[], object]) -> list[Any]:
    """The same at the same moment, in threads of their own; what came of each."""
    gate = Barrier(times)

    def run(_: int) -> object:
        gate.wait()
        try:
            return act()
        except AppError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def overtaken(row: Model, meanwhile: Callable[[], Any], act: Callable[[], Any]) -> Any:
    """`act` is begun and has to wait for the row, until `meanwhile` stands."""

    def acting() -> Any:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            type(row)._base_manager.select_for_update().get(pk=row.pk)
            answer = pool.submit(acting)
            while not (answer.done() or somebody_waits()):
                pass
            meanwhile()
        return answer.result()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])

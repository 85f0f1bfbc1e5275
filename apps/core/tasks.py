"""The base of every background task of the house."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from celery import Task, current_app, signals
from django.db import close_old_connections

from apps.core.connections import replace_if_closed
from apps.core.request_ids import bound, current_request_id

P = ParamSpec("P")
R = TypeVar("R")


def send(
    name: str, *args: Any, queue: str | None = None, countdown: float | None = None
) -> None:
    """Ask for a task by name, under the request id in force.

    One try: raises when the broker is away (kombu's OperationalError, mostly).
    `countdown` in seconds; the broker delivers twice what waits long, so anything later
    than a sweep belongs into the database (docs/decisions/0002).
    """
    current_app.send_task(
        name,
        args=args,
        queue=queue,
        countdown=countdown,
        headers={"request_id": current_request_id()},
        retry=False,
    )


class HouseTask(Task):  # type: ignore[type-arg]  # generic only in the stubs
    """Logs under the request id of whoever asked (see `send`)."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # A worker finds the header on the request itself, a direct call beside it.
        given = getattr(self.request, "request_id", "") or ""
        given = given or (self.request.headers or {}).get("request_id", "")
        with bound(str(given), f"task {self.name}"):
            return super().__call__(*args, **kwargs)


def task(name: str, **options: Any) -> Callable[[Callable[P, R]], "Any"]:
    """Declare a task. `name` is "app.verb"; arguments are ids, never objects."""
    declare: Any = current_app.task
    decorated: Callable[[Callable[P, R]], Any] = declare(
        name=name, base=HouseTask, shared=True, **options
    )
    return decorated


@signals.task_prerun.connect
@signals.task_postrun.connect
def _fresh_connection(**_: object) -> None:
    """A connection the server has closed must not fail the next task."""
    close_old_connections()
    replace_if_closed()

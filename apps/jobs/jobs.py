"""Asking for work, and for it not to be done.

    jobs.enqueue(export, pk, key=f"export:{pk}", by=user)

The row stands or falls with the caller's transaction; the bell rings after it. Lost
bells cost a sweep. Delays live in the row.
"""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.core.bells import Bell
from apps.core.ids import uuid7
from apps.core.kinds import Kind, Queue
from apps.core.request_ids import current_request_id
from apps.jobs.models import Job

BELLS = {
    queue: Bell(f"jobs:{queue}", task="jobs.drain", queue=queue, arguments=(queue,))
    for queue in Queue.values
}

_INSERT = """
INSERT INTO jobs_job (public_id, kind, arguments, queue, key, state, asked_by_id,
    request_id, due_at, attempts, failures, deaths, worker, progress, error)
VALUES (%s, %s, %s::jsonb, %s, %s, 'waiting', %s, %s,
    coalesce(%s::timestamptz, now() + %s * interval '1 second'), 0, 0, 0, '', '', '')
ON CONFLICT (kind, key) WHERE NOT key = '' DO NOTHING
RETURNING id
"""

_CANCEL = """
UPDATE jobs_job SET cancel_asked_at = now(),
    finished_at = CASE state WHEN 'waiting' THEN now() END,
    state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END
WHERE id = %s AND state IN ('waiting', 'running')
"""


# Made once: that takes longer than what it does to an id or two.
_encoder = json.JSONEncoder(allow_nan=False, ensure_ascii=False)
# Escaped, and not a backslash that is.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def enqueue(
    kind: Kind[Any],
    *arguments: Any,
    key: str = "",
    after: timedelta = timedelta(),
    at: datetime | None = None,
    by: Any = None,
    queue: Queue | None = None,
) -> int:
    """The id of the job. One statement.

    `key`: of one kind, a key is done once, however often it is asked for; the id is
    then that of the job there is. `after` or `at`: not before. `by`: who asked.
    `queue`: another than that of its kind.
    Raises TypeError for arguments that are not JSON, ValueError for NaN and texts that
    are none (NUL, half a character) and for both times; before anything is asked.
    """
    if at is not None and after:
        raise ValueError("a job is due after a time or at one, not both")
    known = _json(arguments)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                uuid7(),
                kind.name,
                known,
                queue or kind.queue,
                key,
                getattr(by, "pk", None),
                current_request_id(),
                at,
                after.total_seconds(),
            ],
        )
        row = cursor.fetchone()
    if row is None:
        return int(
            Job.objects.values_list("pk", flat=True).get(kind=kind.name, key=key)
        )
    if at is None and not after:
        transaction.on_commit(BELLS[queue or kind.queue].ring)
    return int(row[0])


def cancel(job_id: int) -> bool:
    """Not to be done any more. One that runs stops at its next word of progress, or
    when it fails; False when it is over already."""
    with connection.cursor() as cursor:
        cursor.execute(_CANCEL, [job_id])
        return bool(cursor.rowcount)


def _json(arguments: tuple[Any, ...]) -> str:
    found = _encoder.encode(arguments)
    if _NUL.search(found):
        raise ValueError("a text has a NUL in it")
    found.encode()  # not half a character; that is a ValueError too
    return found

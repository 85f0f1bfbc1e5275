"""Who works in the background, and what waits for them."""

from collections.abc import Iterator

from apps.core import heartbeats
from apps.core.kinds import Queue
from apps.jobs import waiting
from apps.jobs.models import Job
from apps.sms import lanes
from config.doctor.findings import Finding, fail, ok, warn
from config.processes import WORKERS

_LATE_SECONDS = 300
_TEXT_LATE_SECONDS = 30
_TAKE_UP = (
    "Look at the worker's log: restart one that hangs; for one that is only busy, more "
    "processes by WORKER_CONCURRENCY."
)


def workers() -> Iterator[Finding]:
    seen = heartbeats.ages()
    missing = 0
    for queue in Queue:
        name = heartbeats.worker_of(queue)
        if trouble := heartbeats.trouble(name, f"worker of {queue}", seen):
            missing += 1
            command = next(who for who, (_, of) in WORKERS.items() if queue in of)
            yield fail(trouble, f"Start it: python -m config.start worker {command}")
    if not missing:
        yield ok("each queue has a worker")


def beat() -> Iterator[Finding]:
    if trouble := heartbeats.trouble(heartbeats.BEAT, "beat", heartbeats.ages()):
        yield fail(trouble, "Start it: python -m config.start beat")
    else:
        yield ok("beat gives the time")


def texts() -> Iterator[Finding]:
    """Texts are no jobs: they wait in lanes, and a worker may live and answer none."""
    waited = lanes.waited()
    if waited.unanswered > lanes.STUCK_AFTER.total_seconds():
        yield fail(
            f"a text has waited for its answer for {_long(waited.unanswered)}",
            _TAKE_UP,
        )
    elif waited.untaken > _TEXT_LATE_SECONDS:
        yield warn(
            f"a text has waited for a worker for {_long(waited.untaken)}", _TAKE_UP
        )
    else:
        yield ok("no text waits for long")


def queues() -> Iterator[Finding]:
    """Whoever waits for what is late in `bulk` was told that it takes long."""
    is_late = False
    for queue in waiting.QUEUES:
        late = waiting.seconds(queue)
        oldest = waiting.oldest(queue) if late > _LATE_SECONDS else None
        if oldest is None:
            continue
        is_late = True
        say = warn if queue is Queue.BULK else fail
        yield say(f"{oldest.kind} has waited for {_long(late)} in {queue}", _TAKE_UP)
    if not is_late:
        yield ok("nothing waits that is due")


def dead_letters() -> Iterator[Finding]:
    dead = Job.objects.filter(state="dead").count()
    if dead:
        yield warn(
            f"{dead:,} jobs are dead letters",
            "Look at them in the console under Jobs: do them again, or drop them.",
        )
    else:
        yield ok("no job is a dead letter")


def _long(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"

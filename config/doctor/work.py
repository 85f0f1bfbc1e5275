"""Who works in the background, and what waits for them."""

from collections.abc import Iterator

from django.utils import timezone

from apps.core import heartbeats
from apps.core.kinds import Queue
from apps.jobs.models import Job
from config.doctor.findings import Finding, fail, ok, warn
from config.processes import WORKERS

_LATE_SECONDS = 300


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


def waiting() -> Iterator[Finding]:
    oldest = Job.objects.due().order_by("due_at").first()
    late = (timezone.now() - oldest.due_at).total_seconds() if oldest else 0.0
    if oldest and late > _LATE_SECONDS:
        yield warn(
            f"{oldest.kind} has waited for {late / 60:.0f} minutes in {oldest.queue}",
            "Look at the worker's log; more processes by WORKER_CONCURRENCY.",
        )
    dead = Job.objects.filter(state="dead").count()
    if dead:
        yield warn(
            f"{dead:,} jobs are dead letters",
            "Look at them in the console under Jobs: do them again, or drop them.",
        )
    if not dead and late <= _LATE_SECONDS:
        yield ok("nothing waits that is due")

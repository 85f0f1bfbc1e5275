"""How long what is due waits for a worker."""

from django.utils import timezone

from apps.core.kinds import Queue
from apps.jobs.models import Job

# That of webhooks has no jobs.
QUEUES = tuple(queue for queue in Queue if queue is not Queue.WEBHOOKS)


def oldest(queue: str) -> Job | None:
    """The job of a queue that has been due for longest."""
    return Job.objects.due().filter(queue=queue).order_by("due_at", "id").first()


def seconds(queue: str) -> float:
    """Of the oldest; zero where nothing is due."""
    job = oldest(queue)
    return max(0.0, (timezone.now() - job.due_at).total_seconds()) if job else 0.0

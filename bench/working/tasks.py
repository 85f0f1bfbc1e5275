from celery import shared_task

from apps.core.kinds import Queue, job


@job("bench.nothing")
def nothing() -> None:
    """As empty as work can be."""


@job("bench.bulk", queue=Queue.BULK)
def bulk() -> None:
    """One of very many."""


@job("bench.urgent", queue=Queue.MESSAGES)
def urgent() -> None:
    """Somebody waits for it."""


@shared_task(queue="usual", name="bench.usual")
def usual() -> None:
    """As Celery's manual has it."""

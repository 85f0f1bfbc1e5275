from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.ids import uuid7
from apps.core.kinds import Queue


class JobQuerySet(models.QuerySet["Job"]):
    def due(self) -> "JobQuerySet":
        """By the clock of the database, the only one that all workers share."""
        return self.filter(state=Job.State.WAITING, due_at__lte=Now())

    def dead(self) -> "JobQuerySet":
        return self.filter(state=Job.State.DEAD)


class Job(models.Model):
    """One piece of work: what, with which ids, when, and how it went."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        # A dead letter: tried for the last time, until an operator decides.
        DEAD = "dead", "Dead"
        DROPPED = "dropped", "Dropped"
        CANCELLED = "cancelled", "Cancelled"
        # The step of a pipeline whose it was has another.
        REPLACED = "replaced", "Replaced by a later one"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField("task", max_length=80)
    arguments = models.JSONField(default=list)
    queue = models.CharField(max_length=8, choices=Queue)
    # Of one kind each key is done once; empty for work that may be asked for again.
    key = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name="asked by",
    )
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now())
    # Times it was taken up. Whoever carries a lower number has lost it.
    attempts = models.PositiveIntegerField(default=0)
    # Since an operator last sent it back.
    failures = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField("workers killed", default=0)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    percent = models.PositiveSmallIntegerField(null=True)
    progress = models.CharField(max_length=120, blank=True)
    cancel_asked_at = models.DateTimeField(null=True)
    # The last word of whatever went wrong: a code, or the name of an exception.
    error = models.CharField(max_length=80, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~Q(key=""), name="job_once_for_a_key"
            ),
            models.CheckConstraint(
                condition=Q(state="running") ^ Q(lease_until=None),
                name="job_leased_while_it_runs",
            ),
            models.CheckConstraint(
                condition=Q(percent=None) | Q(percent__lte=100),
                name="job_percent_is_one",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["queue", "due_at", "id"],
                condition=Q(state="waiting"),
                name="job_waiting",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state="running"),
                name="job_running",
            ),
            models.Index(
                fields=["state", "-id"],
                condition=Q(state__in=["dead", "dropped", "cancelled"]),
                name="job_troubled",
            ),
            models.Index(fields=["kind", "-id"], name="job_of_a_kind"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state not in (self.State.WAITING, self.State.RUNNING)

    @property
    def took(self) -> timedelta | None:
        """From the start of the last attempt to the end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


class JobFailure(models.Model):
    """An attempt that did not succeed. Never the words of an exception, which may hold
    somebody's address or number; the log has them under the request id."""

    class How(models.TextChoices):
        FAILED = "failed", "Failed"
        TIMED_OUT = "timed_out", "Took too long"
        KILLED = "killed", "Its worker was gone"
        UNKNOWN = "unknown", "Its code was gone"

    job = models.ForeignKey(Job, models.CASCADE, related_name="troubles")
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    how = models.CharField(max_length=9, choices=How)
    is_permanent = models.BooleanField(default=False)
    error = models.CharField(max_length=80, blank=True)
    # Fit for a person, where the error brought one.
    sentence = models.CharField(max_length=300, blank=True)
    # "file:line function", innermost last.
    frames = models.JSONField(default=list)
    worker = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.job_id}, attempt {self.attempt}: {self.error or self.how}"

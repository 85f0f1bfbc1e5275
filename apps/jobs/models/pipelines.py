from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class PipelineRun(models.Model):
    """One pipeline on one day, with its steps as they were written then."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    pipeline = models.CharField(max_length=80)
    day = models.DateField()
    graph = models.JSONField()
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["pipeline", "day"], name="pipeline_once_a_day"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(state="running"), name="pipeline_running"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pipeline}, {self.day}"


class StepRun(models.Model):
    """A step of a run, and the job that does it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        PASSED = "passed", "Passed by an operator"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Skipped"

    run = models.ForeignKey(PipelineRun, models.CASCADE, related_name="steps")
    name = models.CharField("step", max_length=80)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    # How often it was begun: each time is a job of its own.
    round = models.PositiveSmallIntegerField(default=0)
    job = models.ForeignKey(
        "jobs.Job", models.SET_NULL, null=True, related_name="step_runs"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="step_once_in_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.name}"

    @property
    def is_over(self) -> bool:
        return self.state not in (self.State.WAITING, self.State.RUNNING)

"""What somebody takes away of what is kept of them, while it can be fetched."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models.people import User
from apps.core.ids import uuid7


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def owned_by(self, user: User) -> "DataExportQuerySet":
        return self.filter(user=user).select_related("job")


class DataExport(models.Model):
    """A ZIP file, in sealed parts. How far it is, its job knows."""

    class State(models.TextChoices):
        MAKING = "making", gettext_lazy("Being made")
        READY = "ready", gettext_lazy("Ready")
        FAILED = "failed", gettext_lazy("Failed")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")
        EXPIRED = "expired", gettext_lazy("Expired")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="exports")
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Which attempt wrote the parts that count; another may have left some behind.
    attempt = models.UUIDField(null=True)
    size = models.BigIntegerField("bytes", default=0)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = "export of personal data"
        verbose_name_plural = "exports of personal data"

    def __str__(self) -> str:
        return f"export {self.public_id}"

    @property
    def state(self) -> "DataExport.State":
        if self.expires_at is not None:
            is_over = self.expires_at <= timezone.now()
            return self.State.EXPIRED if is_over else self.State.READY
        if self.job is not None and not self.job.is_over:
            return self.State.MAKING
        is_cancelled = self.job is not None and self.job.state == "cancelled"
        return self.State.CANCELLED if is_cancelled else self.State.FAILED

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_stopping(self) -> bool:
        return self.job is not None and self.job.cancel_asked_at is not None


class ExportPart(models.Model):
    """A piece of the file, sealed under the key of its person."""

    export = models.ForeignKey(DataExport, models.CASCADE, related_name="parts")
    attempt = models.UUIDField()
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["export", "attempt", "number"], name="export_part_once"
            )
        ]

    def __str__(self) -> str:
        return f"part {self.number} of {self.export_id}"

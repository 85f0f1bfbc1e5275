"""Pictures and files that came with a text."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.core.ids import uuid7
from apps.sms.models.inbound import InboundText


class MediaFile(models.Model):
    """One file of a text, fetched once its sender is known to be somebody."""

    class State(models.TextChoices):
        WAITING = "waiting", "On its way"
        KEPT = "kept", "Kept"
        REFUSED = "refused", "Not kept"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="media_files"
    )
    text = models.ForeignKey(InboundText, models.CASCADE, related_name="files")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    why = models.CharField("why not", max_length=100, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    content = models.BinaryField(default=bytes)
    size = models.PositiveIntegerField("bytes", default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["text", "position"], name="one_file_each")
        ]

    def __str__(self) -> str:
        return f"file {self.public_id}"

    @property
    def is_picture(self) -> bool:
        return self.state == self.State.KEPT and self.content_type.startswith("image/")

"""What Twilio called, as it came."""

import json
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from apps.core import vault
from apps.core.ids import uuid7
from apps.core.rotation import Sealed
from apps.sms.lengths import SID_LENGTH


class WebhookCall(models.Model):
    """One proven call of Twilio, also one that changed nothing. Kept whole, but sealed."""

    class Via(models.TextChoices):
        INBOUND = "inbound", "Text"
        FALLBACK = "fallback", "Text, by the fallback"
        STATUS = "status", "News of a text"

    class Outcome(models.TextChoices):
        NEW = "new", "Taken"
        DUPLICATE = "duplicate", "Known already"
        CONFLICT = "conflict", "Known already, with other words"
        UNBOUND = "unbound", "News of a text that is not known"
        MALFORMED = "malformed", "Cannot be read"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    called_at = models.DateTimeField(db_default=Now())
    via = models.CharField("what", max_length=8, choices=Via.choices)
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    sid = models.CharField("MessageSid", max_length=SID_LENGTH, blank=True)
    request_id = models.CharField(max_length=64)
    sealed = models.TextField()
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "call of Twilio"
        verbose_name_plural = "calls of Twilio"
        indexes: ClassVar = [
            models.Index(fields=["sid"], name="call_by_sid"),
            models.Index(fields=["called_at"], name="call_by_time"),
        ]

    def __str__(self) -> str:
        return self.sid or str(self.pk)

    def seal(self, form: Mapping[str, str]) -> None:
        self.sealed = vault.seal(json.dumps(form), place=_place(self))

    @property
    def form(self) -> dict[str, str]:
        """What was posted. Raises `Unreadable`."""
        found: dict[str, str] = json.loads(
            vault.unseal(self.sealed, place=_place(self))
        )
        return found


def _place(call: WebhookCall) -> str:
    return f"sms.webhookcall:{call.pk}"


SEALED = Sealed(WebhookCall, _place)

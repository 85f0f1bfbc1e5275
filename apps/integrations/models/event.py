"""What happened between us and the providers."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from apps.integrations.models.connection import PROVIDER_LENGTH, Connection


class OAuthEvent(models.Model):
    """One handshake, refresh or revocation, and how it went; never a secret."""

    class Kind(models.TextChoices):
        STARTED = "started", gettext_lazy("Handshake begun")
        CONNECTED = "connected", gettext_lazy("Connected")
        NOT_CONNECTED = "not_connected", gettext_lazy("Not connected")
        REFRESH = "refresh", gettext_lazy("Renewed")
        REVOKE = "revoke", gettext_lazy("Taken back at the provider")
        STATUS = "status", gettext_lazy("Standing changed")
        CALL_REFUSED = "call_refused", gettext_lazy("Call refused")
        BREAKER = "breaker", gettext_lazy("Provider switched")

    kind = models.CharField(max_length=14, choices=Kind.choices)
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    connection = models.ForeignKey(
        Connection, models.CASCADE, null=True, related_name="events"
    )
    # A word of ours: ok, partial, denied, transient, refused …
    outcome = models.CharField(max_length=24)
    # The provider's word for it, if it is one of those we know.
    code = models.CharField(max_length=60, blank=True)
    milliseconds = models.PositiveIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "oauth_events"
        verbose_name = "OAuth event"
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="oauth_events_of_one"),
            models.Index(fields=["provider", "kind", "at"], name="oauth_events_lately"),
            models.Index(fields=["at"], name="oauth_events_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"

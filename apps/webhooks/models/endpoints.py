"""Where somebody wants to be told of what happens."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import vault
from apps.core.ids import uuid7
from apps.core.rotation import Sealed


class Type(models.TextChoices):
    """What is told."""

    RECEIVED = "message.received", gettext_lazy("A text of yours came")
    SENT = "message.sent", gettext_lazy("A text to you was handed over")
    DELIVERED = "message.delivered", gettext_lazy("A text to you arrived")
    FAILED = "message.failed", gettext_lazy("A text to you did not arrive")
    CONNECTED = "connection.connected", gettext_lazy("A connection works")
    LIMITED = "connection.limited", gettext_lazy("A connection works in part")
    NEEDS_ATTENTION = "connection.needs_attention", gettext_lazy(
        "A connection needs you"
    )
    PAUSED = "connection.paused", gettext_lazy("A connection was paused")
    DISCONNECTED = "connection.disconnected", gettext_lazy("A connection was ended")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def owned_by(self, user: User) -> "EndpointQuerySet":
        return self.filter(user=user)

    def listening(self) -> "EndpointQuerySet":
        """Those of people who are in."""
        return self.filter(
            is_enabled=True, user__is_active=True, user__frozen_at__isnull=True
        )

    def due(self) -> "EndpointQuerySet":
        """Those that nobody is at."""
        now = timezone.now()
        is_free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(is_free, is_enabled=True, due_at__lte=now)


class Endpoint(models.Model):
    """An address of a program of somebody's own, and the secrets that sign what is sent
    there.

    `due_at` says when there is something to send, null for nothing; whoever sends has a
    lease: a deadline, and a token that grows with every claim.
    """

    MOST = 5
    URL_LENGTH, NAME_LENGTH = 500, 60
    # How long a secret that gave way to another one signs along.
    OVERLAP = timedelta(hours=24)
    MOST_SECRETS = 3

    class Ending(models.TextChoices):
        """Why it is off."""

        NONE = "", gettext_lazy("it is on")
        OWNER = "owner", gettext_lazy("You switched it off")
        GONE = "gone", gettext_lazy("It answered 410 Gone")
        FAILING = "failing", gettext_lazy("It took nothing for three days")
        SAFETY = "safety", gettext_lazy(
            "It was switched off when the account was made safe"
        )

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        verbose_name="person",
        related_name="webhooks",
    )
    url = models.CharField("address", max_length=URL_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH, blank=True, default="")
    types = ArrayField(models.CharField(max_length=40, choices=Type), default=list)
    # Whether the words of texts come along; said once, when it is made.
    include_text = models.BooleanField(default=False)
    # The secret, and those before it: a list of them as JSON.
    sealed = models.TextField(editable=False)
    older_until = models.DateTimeField(null=True, blank=True)

    is_enabled = models.BooleanField("is on", default=True)
    ending = models.CharField(
        max_length=8, choices=Ending, blank=True, default="", db_default=""
    )
    created_at = models.DateTimeField(default=timezone.now)
    # What happened before is not told.
    listens_since = models.DateTimeField(default=timezone.now)
    last_success_at = models.DateTimeField(null=True, blank=True)
    # Since when nothing was taken, and how often in a row.
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)

    # Nothing is sent before, because it does not answer.
    held_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    lease_token = models.BigIntegerField(default=0, db_default=0, editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook"
        indexes: ClassVar = [
            models.Index(
                "due_at", name="webhooks_due", condition=Q(due_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"webhook {self.public_id}"

    def seal(self, secrets: Sequence[str]) -> None:
        """The newest first."""
        self.sealed = vault.seal(json.dumps(list(secrets)), place=_place(self))

    def secrets(self) -> list[str]:
        """Those that sign, the newest first. Raises vault.Unreadable."""
        found: list[str] = json.loads(vault.unseal(self.sealed, place=_place(self)))
        return found if self.is_rotating else found[:1]

    @property
    def is_rotating(self) -> bool:
        """The secret before this one signs along."""
        return self.older_until is not None and self.older_until > timezone.now()


def _place(row: Endpoint) -> str:
    return f"webhooks.endpoint:{row.public_id}:{row.user_id}"


SEALED = Sealed(Endpoint, place=_place)

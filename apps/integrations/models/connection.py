"""An account at a provider that a person connected, and how it stands with it."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core.ids import uuid7
from apps.integrations import provider as shelf
from apps.integrations.provider import Feature, Provider

PROVIDER_LENGTH = 20


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def owned_by(self, user: User) -> "ConnectionQuerySet":
        """Those that are not disconnected, in the order they were made."""
        return self.filter(user=user).live().order_by("created_at", "pk")

    def live(self) -> "ConnectionQuerySet":
        return self.exclude(status=Connection.Status.ENDED)

    def usable(self) -> "ConnectionQuerySet":
        return self.filter(status__in=Connection.USABLE)

    def in_need(self) -> "ConnectionQuerySet":
        """Of their person, to work again."""
        return self.filter(status=Connection.Status.ATTENTION)

    def locked(self, pk: int) -> "Connection":
        """Rows that only name it can be written meanwhile."""
        return self.select_for_update(no_key=True).get(pk=pk)


class Connection(models.Model):
    """One account of one person at one provider. Its secrets stand in `Token`."""

    class Status(models.TextChoices):
        CONNECTED = "connected", gettext_lazy("Connected")
        # It works, but not all of it, or not right now.
        LIMITED = "limited", gettext_lazy("Limited")
        # It does not work until its person does something.
        ATTENTION = "attention", gettext_lazy("Needs attention")
        PAUSED = "paused", gettext_lazy("Paused")
        ENDED = "ended", gettext_lazy("Disconnected")

    class Reason(models.TextChoices):
        """Why it stands as it does; the words are in `standing`."""

        NONE = "", gettext_lazy("none")
        PARTIAL = "partial", gettext_lazy("Not everything was allowed")
        TROUBLE = "trouble", gettext_lazy("The provider does not answer as it should")
        REFUSED = "refused", gettext_lazy("The provider takes our permission no more")
        AGAIN = "again", gettext_lazy("The provider wants you to sign in again")
        NEVER_RENEWED = "no_renewal", gettext_lazy("It cannot be renewed")
        OWNER = "owner", gettext_lazy("You paused it")
        OPERATOR = "operator", gettext_lazy("We paused it")
        PANIC = "panic", gettext_lazy("Everything was stopped at once")
        REVOKED = "revoked", gettext_lazy("All connections to this provider were ended")

    USABLE: ClassVar = (Status.CONNECTED, Status.LIMITED)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="connections"
    )
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    # Whose account it is there, as the provider names it for good.
    uid = models.CharField(max_length=255)
    # What its person calls the account: an address, a workspace.
    label = models.CharField("account", max_length=255, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.CONNECTED
    )
    reason = models.CharField(
        max_length=12, choices=Reason.choices, blank=True, default=""
    )
    # What its person switched on, whether or not the provider granted it.
    features = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    connected_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # Refreshes that failed in a row, and before when none is tried.
    failures = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    # When its person was told that it needs attention, while it does.
    told_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        db_table = "oauth_integrations"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "provider", "uid"], name="one_connection_an_account"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["provider", "uid"], name="connection_of_account"),
            models.Index(
                fields=["status", "next_attempt_at"],
                name="connection_to_try",
                condition=~Q(status="ended"),
            ),
        ]

    def __str__(self) -> str:
        return f"connection {self.public_id}"

    @property
    def declared(self) -> Provider:
        return shelf.named(self.provider)

    @property
    def is_usable(self) -> bool:
        return self.status in self.USABLE

    @property
    def is_live(self) -> bool:
        return self.status != self.Status.ENDED

    @property
    def is_paused_by_us(self) -> bool:
        """Also while it is disconnected: it is paused when it comes back."""
        return self.reason == self.Reason.OPERATOR

    def chosen(self) -> list[Feature]:
        return self.declared.chosen(self.features)

    def may_try(self, now: datetime) -> bool:
        return self.next_attempt_at is None or self.next_attempt_at <= now

"""What a person was asked and said, kept as it was."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext, gettext_lazy

from apps.accounts.models import User
from apps.integrations import provider as shelf
from apps.integrations.models.connection import PROVIDER_LENGTH


class ConsentQuerySet(models.QuerySet["Consent"]):
    def owned_by(self, user: User) -> "ConsentQuerySet":
        return self.filter(user=user).order_by("-id")


class Consent(models.Model):
    """The database refuses to change one, and to delete one before its person's account
    is closed."""

    class Event(models.TextChoices):
        ASKED = "asked", gettext_lazy("Asked")
        GRANTED = "granted", gettext_lazy("Allowed")
        NARROWED = "narrowed", gettext_lazy("Allowed in part")
        DENIED = "denied", gettext_lazy("Not allowed")
        PAUSED = "paused", gettext_lazy("Paused")
        RESUMED = "resumed", gettext_lazy("Resumed")
        SWITCHED_OFF = "switched_off", gettext_lazy("Switched off")
        WITHDRAWN = "withdrawn", gettext_lazy("Disconnected")
        LOST = "lost", gettext_lazy("Taken back at the provider")

    class Channel(models.TextChoices):
        PORTAL = "portal", gettext_lazy("Portal")
        API = "api", gettext_lazy("App")
        OPERATOR = "operator", gettext_lazy("Operator")
        PROVIDER = "provider", gettext_lazy("Provider")
        SYSTEM = "system", gettext_lazy("Switchboard")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents"
    )
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    # `Connection.public_id`: the row stays as it is whatever becomes of that one.
    connection = models.UUIDField(null=True)
    account = models.CharField(max_length=255, blank=True)
    event = models.CharField(max_length=12, choices=Event.choices)
    features = ArrayField(models.CharField(max_length=40), default=list)
    scopes_asked = ArrayField(models.CharField(max_length=255), default=list)
    scopes_granted = ArrayField(models.CharField(max_length=255), default=list)
    # The words they read, and which edition of them.
    text_version = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Who said it, if not its person.
    actor_id = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        db_table = "oauth_consents"
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="consents_of_user"),
            models.Index(fields=["connection", "-id"], name="consents_of_connection"),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def titles(self) -> list[str]:
        """Of the features it is about."""
        chosen = shelf.named(self.provider).chosen(self.features)
        return [gettext(feature.title) for feature in chosen]

    @property
    def provider_name(self) -> str:
        return shelf.named(self.provider).name

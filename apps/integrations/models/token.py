"""The secrets of a connection."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from apps.core import vault
from apps.core.rotation import Sealed
from apps.integrations.models.connection import Connection


@dataclass(frozen=True)
class Secrets:
    """What a provider gave us; printed nowhere."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Token(models.Model):
    """Sealed for its connection, its person and its provider: a row that is copied to
    another does not open. In a table of its own, so that a page that lists connections
    waits for no refresh."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="token"
    )
    sealed = models.TextField()
    # Null where the provider says nothing of it.
    expires_at = models.DateTimeField(null=True, blank=True)
    refreshed_at = models.DateTimeField()
    # Which of its tokens this is: whoever has an older one asks again.
    generation = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "oauth_tokens"
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="token_expiring"),
        ]

    def __str__(self) -> str:
        return f"token of connection {self.pk}"

    def __repr__(self) -> str:
        return f"<{self}>"

    def lasts(self, at: datetime, margin: timedelta = timedelta()) -> bool:
        return self.expires_at is None or self.expires_at > at + margin

    def seal(self, secrets: Secrets) -> None:
        words = json.dumps([secrets.access, secrets.refresh])
        self.sealed = vault.seal(words, place=place(self))

    def open(self) -> Secrets:
        """Raises vault.Unreadable."""
        access, refresh = json.loads(vault.unseal(self.sealed, place=place(self)))
        return Secrets(access, refresh)


def place(row: Token) -> str:
    owner = row.connection
    return f"oauth_tokens.sealed:{owner.pk}:{owner.user_id}:{owner.provider}"


SEALED = Sealed(Token, place=place)

"""A grant that is still to be taken back at its provider."""

import json

from django.db import models

from apps.core import vault
from apps.core.ids import uuid7
from apps.core.rotation import Sealed
from apps.integrations.models.connection import PROVIDER_LENGTH
from apps.integrations.models.token import Secrets


class Revocation(models.Model):
    """Its secrets are gone from its connection, whose person may be gone as well: nothing
    here says whose they were. The row goes when it is done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=PROVIDER_LENGTH)
    # The secrets, and whose account it is there.
    sealed = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "oauth_revocations"

    def __str__(self) -> str:
        return f"revocation {self.pk}"

    def seal(self, secrets: Secrets, uid: str) -> None:
        words = json.dumps([secrets.access, secrets.refresh, uid])
        self.sealed = vault.seal(words, place=_place(self))

    def open(self) -> tuple[Secrets, str]:
        """Raises vault.Unreadable."""
        said = json.loads(vault.unseal(self.sealed, place=_place(self)))
        access, refresh, uid = said
        return Secrets(access, refresh), uid


def _place(row: Revocation) -> str:
    return f"oauth_revocations.sealed:{row.pk}:{row.provider}"


SEALED = Sealed(Revocation, place=_place)

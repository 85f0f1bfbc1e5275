"""One attempt to prove one device."""

import hashlib
import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from apps.core import vault
from apps.core.ids import uuid7


class Challenge(models.Model):
    """Bound to a person, a device, a purpose and the sign-in it was begun in: an answer
    to it is worth nothing elsewhere. `attempts` counts answers before they are looked
    at.
    """

    class Purpose(models.TextChoices):
        LOGIN = "login", "Sign in"
        STEPUP = "stepup", "Confirm"
        ENROL = "enrol", "Set up"

    # NIST SP 800-63B: a code by another channel is good for ten minutes at most.
    GOOD_FOR = timedelta(minutes=10)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    factor = models.CharField(max_length=20)
    # django-otp's name of a device: "app.model/pk".
    device_id = models.CharField(max_length=60)
    purpose = models.CharField(max_length=6, choices=Purpose.choices)
    session_digest = models.CharField(max_length=64)
    # Begun by somebody signed in, or in a browser where they were (see `WrongCodes`).
    is_known = models.BooleanField(default=True)
    code_digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    # Proved, given up or run out.
    consumed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # Asking for challenges in parallel gives one, with one count of attempts.
            models.UniqueConstraint(
                fields=["user", "device_id", "purpose", "session_digest"],
                name="one_open_challenge",
                condition=Q(consumed_at=None),
            )
        ]
        indexes: ClassVar = [models.Index("created_at", name="challenge_by_age")]

    def __str__(self) -> str:
        return f"challenge {self.pk}"

    @property
    def side(self) -> str:
        """Whose tries and texts it uses up: the owner's, or those of strangers."""
        return "known" if self.is_known else "strange"

    def has_code(self, code: str) -> bool:
        """Whether this is the code that was texted for it."""
        return any(
            constant_time_compare(self.code_digest, digest)
            for digest in code_digests(self.pk, code)
        )


def code_digests(challenge_id: uuid.UUID, code: str) -> list[str]:
    """Keyed with the challenge, so that equal codes look different."""
    return vault.digests(code, purpose=f"mfa.code:{challenge_id}")


def session_digest(session: str) -> str:
    """`session` names the sign-in, and nobody can guess it."""
    return hashlib.sha256(session.encode()).hexdigest()

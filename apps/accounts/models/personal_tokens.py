"""Tokens that people make for programs of their own."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.accounts.models.people import User
from apps.core.ids import uuid7

# Days.
LONGEST = 365


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def owned_by(self, user: User) -> "PersonalTokenQuerySet":
        return self.filter(user=user)


class PersonalToken(models.Model):
    """Known by the digest of what it is: it has 238 bits, so nobody finds it by trying.
    One that was taken back is deleted."""

    MOST = 20
    # Days.
    USUALLY, LONGEST = 90, LONGEST

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, verbose_name="person", related_name="personal_tokens"
    )
    name = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # How it ends, for its owner to tell several apart.
    ending = models.CharField(max_length=4)
    # Names of rbac/scopes.py.
    scopes = models.JSONField(default=list)
    # Another one with every password: a token does not outlive it.
    password_mark = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # To the hour.
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="personal_tokens_by_end")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__lte=models.F("created_at") + timedelta(days=LONGEST)
                ),
                name="personal_tokens_end",
            )
        ]

    def __str__(self) -> str:
        return f"personal token {self.pk}"

    @property
    def is_good(self) -> bool:
        """Of a row with its person."""
        return (
            self.expires_at > timezone.now()
            and self.user.is_active
            and self.user.frozen_at is None
            and self.user.is_password_mark(self.password_mark)
        )

"""A phone that texts no longer go to, while that is new."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.accounts.models import User
from apps.sms.models.numbers import PhoneNumber


class PhoneChangeQuerySet(models.QuerySet["PhoneChange"]):
    def open(self) -> "PhoneChangeQuerySet":
        return self.filter(undone_at=None, ends_at__gt=timezone.now())

    def owned_by(self, user: User) -> "PhoneChangeQuerySet":
        return self.filter(user=user)


class PhoneChange(models.Model):
    """`phone` was the main one, or on the list at all, until this. For a day it hears
    what matters to security, and may be able to take itself back (cooling.py)."""

    COOLING = timedelta(hours=24)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    phone = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="changes")
    # Of the words that undo it; without them it cannot be undone by text.
    digest = models.CharField(max_length=64, blank=True)
    # Of whoever made the change: a new password is chosen by the owner, on the website.
    password_mark = models.CharField(max_length=64, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change of phones"
        verbose_name_plural = "changes of phones"
        indexes: ClassVar = [
            models.Index(fields=["user", "-ends_at"], name="phone_changes_of_user"),
            models.Index(fields=["ends_at"], name="phone_changes_by_end"),
        ]

    def __str__(self) -> str:
        return f"change of phones {self.pk}"

    @property
    def may_be_undone(self) -> bool:
        """By the words that were told: good with the password of then."""
        return bool(self.digest) and self.user.is_password_mark(self.password_mark)

"""Whose number it is, how that is proven, and who wants no texts."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.models import User
from apps.core.ids import uuid7
from apps.sms.lengths import NUMBER_LENGTH


class PhoneNumberQuerySet(models.QuerySet["PhoneNumber"]):
    def owned_by(self, user: User) -> "PhoneNumberQuerySet":
        return self.filter(user=user).exclude(status=PhoneNumber.Status.RELEASED)

    def verified(self) -> "PhoneNumberQuerySet":
        return self.filter(status=PhoneNumber.Status.VERIFIED)

    def proven_before(self, at: datetime) -> "PhoneNumberQuerySet":
        """And not since."""
        first = Q(proved_at=None, verified_at__lt=at)
        return self.filter(first | Q(proved_at__lt=at))

    def held(self) -> "PhoneNumberQuerySet":
        """Proven to be somebody's, also while that is in doubt."""
        return self.filter(status__in=PhoneNumber.HELD)


class PhoneNumber(models.Model):
    """A number and whose it is. Anyone may claim one; one person can prove it."""

    class Status(models.TextChoices):
        PENDING = "pending", gettext_lazy("Waiting for your text")
        VERIFIED = "verified", pgettext_lazy("a phone", "Verified")
        # Given up at its carrier: whoever texts from it now may be somebody else.
        SUSPENDED = "suspended", gettext_lazy("Suspended")
        RELEASED = "released", gettext_lazy("Released")

    class Doubt(models.TextChoices):
        """Why it may be somebody else's by now."""

        NONE = "", gettext_lazy("none")
        SILENT = "silent", gettext_lazy("No text from it for a long time")
        ERRORS = "errors", gettext_lazy("Texts to it did not arrive")

    HELD: ClassVar = (Status.VERIFIED, Status.SUSPENDED)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_numbers"
    )
    e164 = models.CharField("number", max_length=NUMBER_LENGTH)
    label = models.CharField(max_length=40, blank=True)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.PENDING
    )
    is_primary = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    # When it was last proven again, if it was.
    proved_at = models.DateTimeField(null=True, blank=True)
    # When its owner last said that it is still theirs, if they did: no proof.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Until it is proven again, or its owner says that it is still theirs (trust.py).
    doubt = models.CharField(
        max_length=10, choices=Doubt.choices, blank=True, default="", db_default=""
    )
    # Twilio's word for what kind of line it is, and when that was asked (line_types.py).
    line_type = models.CharField(max_length=20, blank=True, default="", db_default="")
    line_type_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneNumberQuerySet.as_manager()

    class Meta:
        db_table = "user_phone_mappings"
        constraints: ClassVar = [
            models.UniqueConstraint(
                "e164",
                name="one_holder",
                condition=Q(status__in=["verified", "suspended"]),
            ),
            models.UniqueConstraint(
                "user",
                name="one_primary_number",
                condition=Q(status="verified", is_primary=True),
            ),
            models.UniqueConstraint(
                "user",
                "e164",
                name="one_open_claim",
                condition=~Q(status="released"),
            ),
        ]

    def __str__(self) -> str:
        return self.e164

    @property
    def is_verified(self) -> bool:
        return self.status == self.Status.VERIFIED

    @property
    def is_suspended(self) -> bool:
        return self.status == self.Status.SUSPENDED


class DeactivationList(models.Model):
    """A day whose list of numbers that carriers took back was read (deactivations.py)."""

    day = models.DateField(unique=True)
    numbers = models.PositiveIntegerField()
    suspended = models.PositiveIntegerField()
    read_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"list of {self.day}"


class NumberEvent(models.Model):
    """What happened to a number while it was on somebody's list. The database refuses
    to change one."""

    class Kind(models.TextChoices):
        NOTED = "noted", gettext_lazy("Noted")
        LINKED = "linked", gettext_lazy("Linked")
        BY_WORDS = "words", gettext_lazy("Linked by words texted from it")
        BY_CODE = "code", gettext_lazy("Linked by a code texted to it")
        CHOSEN = "chosen", gettext_lazy("Made the main phone")
        RENAMED = "renamed", gettext_lazy("Renamed")
        DOUBTED = "doubted", gettext_lazy("In doubt: it may be somebody else’s by now")
        CONFIRMED = "confirmed", gettext_lazy("Still yours, you said")
        SUSPENDED = "suspended", gettext_lazy(
            "Suspended: its carrier says it was given up"
        )
        RELEASED = "released", gettext_lazy("Removed")
        RESTORED = "restored", gettext_lazy("Taken back by a text from it")
        TRANSFERRED = "moved", gettext_lazy("Linked to another account")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    phone = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The new name of a renamed one.
    detail = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "event of a number"
        verbose_name_plural = "events of numbers"
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="number_events_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.at:%Y-%m-%d %H:%M}"


class LinkPhrase(models.Model):
    """The words a person texts to prove a number is theirs. Good once, for a while.

    Looked up by a keyed digest, kept sealed so that the page can show them again.
    """

    GOOD_FOR = timedelta(minutes=30)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.TextField()
    # Of whom they were shown to: whoever saw them may be who it was changed for.
    password_mark = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"link phrase {self.pk}"


class OptOut(models.Model):
    """Whether a number wants no texts from one of ours. STOP sets it, START ends it."""

    # Who said so: the person, or Twilio of a text that it did not take.
    SOURCES = ("text", "carrier")

    our_number = models.CharField(max_length=NUMBER_LENGTH)
    number = models.CharField(max_length=NUMBER_LENGTH)
    is_out = models.BooleanField()
    source = models.CharField(max_length=20)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["our_number", "number"], name="one_opt_out_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {'out' if self.is_out else 'in'}"

"""What a person lets others see or change, and what is offered to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.assistant.models.lists import List
from apps.assistant.models.notes import Note
from apps.core.ids import uuid7
from apps.rbac.shares import UserShare
from apps.sms.models import PhoneNumber


class Calendar(models.Model):
    """All events of a person, to be shared as one. Made when it is first offered."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)

    def __str__(self) -> str:
        return f"calendar {self.public_id}"


class ListShare(UserShare):
    content_object = models.ForeignKey(List, models.CASCADE)


class NoteShare(UserShare):
    content_object = models.ForeignKey(Note, models.CASCADE)


class CalendarShare(UserShare):
    content_object = models.ForeignKey(Calendar, models.CASCADE)


class OfferQuerySet(models.QuerySet["Offer"]):
    def to(self, user: Any) -> OfferQuerySet:
        """Also to an address that was proven to be theirs since. Of people whom they
        have blocked, or whose account is not open, nothing."""
        mails = EmailAddress.objects.filter(user=user, verified=True).values("email")
        numbers = PhoneNumber.objects.owned_by(user).verified().values("e164")
        found = self.filter(
            Q(person=user)
            | Q(person=None, address__in=mails)
            | Q(person=None, address__in=numbers)
        )
        blocked = Block.objects.filter(user=user).values("blocked")
        return found.filter(owner__is_active=True).exclude(owner__in=blocked)

    def open(self, now: datetime) -> OfferQuerySet:
        """Of things that are there, the oldest first."""
        fresh = self.filter(state=Offer.State.OPEN, created_at__gt=now - Offer.LIVES)
        gone = Q(list__is_deleted=True) | Q(note__is_deleted=True)
        return fresh.exclude(gone).order_by("pk")


class Offer(models.Model):
    """One thing, offered to whoever an address belongs to: a mail address, or a number."""

    class Level(models.TextChoices):
        VIEW = "view", gettext_lazy("can look")
        EDIT = "edit", gettext_lazy("can change it")

    class State(models.TextChoices):
        OPEN = "open", gettext_lazy("waits")
        ACCEPTED = "accepted", gettext_lazy("accepted")
        DECLINED = "declined", gettext_lazy("turned down")
        WITHDRAWN = "withdrawn", gettext_lazy("taken back")

    # After which it is not shown any more.
    LIVES = timedelta(days=14)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="offers_made"
    )
    # Whose address it is; nobody's, as far as it is known.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="offers",
    )
    address = models.CharField(max_length=254)
    list = models.ForeignKey(List, models.CASCADE, null=True, blank=True)
    note = models.ForeignKey(Note, models.CASCADE, null=True, blank=True)
    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, blank=True)
    level = models.CharField(max_length=4, choices=Level)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(list__isnull=False, note=None, calendar=None)
                    | Q(list=None, note__isnull=False, calendar=None)
                    | Q(list=None, note=None, calendar__isnull=False)
                ),
                name="offer_of_one_thing",
            )
        ]
        indexes = [
            models.Index(fields=["owner", "created_at"], name="offer_of_owner"),
            models.Index(
                fields=["address"], condition=Q(state="open"), name="offer_to_address"
            ),
        ]

    def __str__(self) -> str:
        return f"offer {self.public_id}"

    @property
    def thing(self) -> List | Note | Calendar:
        found = self.list or self.note or self.calendar
        assert found
        return found


class Block(models.Model):
    """Whose offers a person does not want to see."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "blocked"], name="block_once")
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"

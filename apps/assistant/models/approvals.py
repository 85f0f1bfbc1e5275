"""What waits for a person's yes, and what they said yes to for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from apps.assistant.models.calls import ToolCall
from apps.core.ids import uuid7


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def owned_by(self, user: Any) -> ApprovalQuerySet:
        return self.filter(user=user)

    def undecided(self) -> ApprovalQuerySet:
        return self.filter(decision="")

    def open(self, now: datetime) -> ApprovalQuerySet:
        """What can still be decided, in the order it was asked."""
        return self.undecided().filter(expires_at__gt=now).order_by("pk")


class Approval(models.Model):
    """A question to a person about one tool call. `code` is how they name it by text,
    and means one thing as long as it is undecided."""

    class Decision(models.TextChoices):
        NONE = "", gettext_lazy("open")
        YES = "yes", gettext_lazy("approved")
        NO = "no", gettext_lazy("turned down")
        EXPIRED = "expired", gettext_lazy("not decided in time")

    class Via(models.TextChoices):
        NONE = "", gettext_lazy("not decided")
        TEXT = "text", gettext_lazy("by text")
        PORTAL = "portal", gettext_lazy("on the website")
        API = "api", gettext_lazy("by the API")
        SYSTEM = "system", gettext_lazy("by itself")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    call = models.OneToOneField(ToolCall, models.CASCADE, related_name="approval")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="approvals"
    )
    code = models.CharField(max_length=2)
    # What will happen, in a sentence without an end.
    sentence = models.TextField()
    # Whom it reaches: what ALWAYS is about; empty where there is no such thing.
    about = models.CharField(max_length=254, blank=True)
    # How the world was when it was asked; looked at again before it is done.
    basis = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=7, choices=Decision, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # The call that decided it, where that was by text.
    decided_by = models.ForeignKey(
        ToolCall, models.SET_NULL, null=True, blank=True, related_name="decided"
    )
    decided_via = models.CharField(max_length=6, choices=Via, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code"],
                condition=Q(decision=""),
                name="approval_code_means_one",
            )
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(decision=""), name="approval_ends"
            ),
            models.Index(fields=["user", "-id"], name="approval_of_user"),
        ]

    def __str__(self) -> str:
        return f"approval {self.public_id}"


class StandingApproval(models.Model):
    """A tool that need not ask again about somebody, until it is taken back."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="standing_approvals"
    )
    tool = models.CharField(max_length=64)
    about = models.CharField(max_length=254)
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tool", "about"], name="standing_approval_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tool}: {self.about}"

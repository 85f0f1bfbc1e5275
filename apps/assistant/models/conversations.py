"""Where a conversation stands."""

from __future__ import annotations

from django.conf import settings
from django.db import models

REMINDERS = "reminders"


class Conversation(models.Model):
    """Where one person's exchange stands between two turns.

    Each thing that waits carries the moment after which it no longer counts.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conversation"
    )
    question = models.JSONField(null=True, blank=True)
    question_until = models.DateTimeField(null=True, blank=True)
    menu = models.JSONField(null=True, blank=True)
    menu_until = models.DateTimeField(null=True, blank=True)
    overflow = models.TextField(blank=True)
    overflow_until = models.DateTimeField(null=True, blank=True)
    # Public ids in the order last shown: "done 2" means what the person saw as 2.
    shown = models.JSONField(default=list, blank=True)
    # Of which kind they are, in the word that the commands use for it ("items").
    shown_kind = models.CharField(max_length=16, default=REMINDERS, blank=True)
    # Public id of what was last spoken of, and its kind: what "it" means.
    focus = models.CharField(max_length=36, blank=True)
    focus_kind = models.CharField(max_length=16, default=REMINDERS, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Conversation {self.pk}"

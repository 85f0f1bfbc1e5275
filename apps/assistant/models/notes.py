"""What a person had written down, and what they want to be known of them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

from apps.core.ids import uuid7


class NoteQuerySet(models.QuerySet["Note"]):
    def owned_by(self, user: Any) -> NoteQuerySet:
        return self.filter(user=user)

    def kept(self) -> NoteQuerySet:
        """The newest first."""
        return self.filter(is_deleted=False).order_by("-pk")


class Note(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notes"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    text = models.TextField()
    is_deleted = models.BooleanField(default=False)
    # One more with every change.
    version = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "-id"], name="note_of_user"),
            # No language: people mix them, and names are in none.
            GinIndex(SearchVector("text", config="simple"), name="note_words"),
        ]

    def __str__(self) -> str:
        return f"note {self.public_id}"


class FactQuerySet(models.QuerySet["Fact"]):
    def owned_by(self, user: Any) -> FactQuerySet:
        return self.filter(user=user)

    def kept(self) -> FactQuerySet:
        return self.filter(is_deleted=False).order_by("pk")


class Fact(models.Model):
    """One thing to be known of a person. `subject` is what it is about ("wifi code"),
    empty for a sentence that stands by itself."""

    class Kind(models.TextChoices):
        PERSON = "person", "a person"
        DATE = "date", "a date"
        PREFERENCE = "preference", "what they like"
        THING = "thing", "a thing of theirs"
        OTHER = "other", "something else"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="facts"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.OTHER)
    subject = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=300)
    is_deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="fact_of_user")]

    def __str__(self) -> str:
        return f"fact {self.public_id}"

"""Lists that a person keeps, and what stands on them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.core.ids import uuid7


class ListQuerySet(models.QuerySet["List"]):
    def owned_by(self, user: Any) -> ListQuerySet:
        return self.filter(user=user)

    def kept(self) -> ListQuerySet:
        return self.filter(is_deleted=False)


class List(models.Model):
    """`key` is its name as it is looked up: one list a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lists"
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    is_deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], condition=Q(is_deleted=False), name="list_once"
            )
        ]

    def __str__(self) -> str:
        return f"list {self.public_id}"


class ListItemQuerySet(models.QuerySet["ListItem"]):
    def open(self) -> ListItemQuerySet:
        return self.filter(state=ListItem.State.OPEN).order_by("pk")

    def kept(self) -> ListItemQuerySet:
        """The open ones first, in the order they came."""
        return self.exclude(state=ListItem.State.DELETED).order_by("-state", "pk")


class ListItem(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "open"
        DONE = "done", "done"
        DELETED = "deleted", "deleted"

    list = models.ForeignKey(List, models.CASCADE, related_name="items")
    # Whose list it is.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="list_items"
    )
    # Who put it there and who changed it last; nobody where they are gone.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    text = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN)
    due_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ListItemQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["list", "state"], name="item_of_list")]

    def __str__(self) -> str:
        return f"item {self.public_id}"

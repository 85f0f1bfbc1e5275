"""What the stock site keeps of the same rows."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class Reminder(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    when = models.CharField(max_length=100)
    rule = models.CharField(max_length=255, blank=True)
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=8)
    series = models.ForeignKey("self", models.CASCADE, null=True)
    snoozes = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=120, blank=True)
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "state", "due_at"])]


class Message(models.Model):
    """Both directions in one table, which is the short way to a page of them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    direction = models.CharField(max_length=3)
    body = models.TextField()
    at = models.DateTimeField()
    turn = models.BigIntegerField(null=True)
    state = models.CharField(max_length=40)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-at"])]

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
    # The product puts this into words for each answer.
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
    # These five the product works out for each answer.
    state = models.CharField(max_length=40)
    next_step = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10)
    segments = models.PositiveSmallIntegerField()
    is_waiting = models.BooleanField(default=False)
    number = models.CharField(max_length=16)
    answer = models.ForeignKey("self", models.CASCADE, null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-at"])]


class File(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=8)
    why = models.CharField(max_length=100, blank=True)


class Deed(models.Model):
    message = models.ForeignKey(Message, models.CASCADE, related_name="deeds")
    title = models.CharField(max_length=100)
    state = models.CharField(max_length=40, blank=True)
    receipt = models.TextField(blank=True)
    undo = models.CharField(max_length=36, blank=True)
    approval = models.CharField(max_length=36, blank=True)
    about = models.CharField(max_length=254, blank=True)

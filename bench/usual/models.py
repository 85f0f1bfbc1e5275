from django.conf import settings
from django.db import models


class Phone(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    number = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number


class Message(models.Model):
    sid = models.CharField(max_length=34, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    phone = models.ForeignKey(Phone, models.CASCADE, null=True)
    from_number = models.CharField(max_length=20)
    to_number = models.CharField(max_length=20)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    reply = models.TextField(blank=True)
    reply_sid = models.CharField(max_length=34, blank=True)
    replied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.sid


class Reminder(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.TextField()
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text

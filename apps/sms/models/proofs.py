"""What proves that a number is somebody's, while it has not yet."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.crypto import constant_time_compare

from apps.core import vault
from apps.sms.models.numbers import PhoneNumber


class TextedCode(models.Model):
    """Six digits texted to a number that a person says is theirs. The newest one of a
    number on their list is good once, for a few tries within ten minutes.

    `attempts` counts answers before they are looked at.
    """

    GOOD_FOR = timedelta(minutes=10)
    # Of a million codes; five texts a day make 25 guesses.
    TRIES = 5

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    phone = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="codes")
    # Country and area, by which it is noticed that codes are asked for and not used.
    area = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    # Of whom it was sent for: whoever asked may be who the password was changed for.
    password_mark = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "texted code"
        indexes: ClassVar = [
            models.Index(fields=["area", "-id"], name="texted_codes_of_area"),
            models.Index(fields=["created_at"], name="texted_codes_by_age"),
        ]

    def __str__(self) -> str:
        return f"texted code {self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether an answer to it would be looked at."""
        is_left = self.attempts < self.TRIES and self.confirmed_at is None
        return is_left and self.expires_at > now

    def is_code(self, code: str) -> bool:
        return any(
            constant_time_compare(self.digest, digest)
            for digest in code_digests(self.phone_id, code)
        )


def code_digests(phone_id: int, code: str) -> list[str]:
    """Keyed with the number on the person's list, so that equal codes look different."""
    return vault.digests(code, purpose=f"sms.texted_code:{phone_id}")

"""What every device of ours has in common."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_otp.models import Device as OtpDevice
from django_otp.models import TimestampMixin


class Device(TimestampMixin, OtpDevice):  # type: ignore[misc]  # untyped
    """Answers to `django_otp.verify_token` only, which locks the row (mfa/challenges).

    Wrong answers are not counted here: the row is one for the owner and for strangers
    (see `WrongCodes`).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                "user", name="%(class)s_one_each", condition=Q(confirmed=True)
            )
        ]

    def verify_token(self, token: str) -> bool:
        if not self.fits(token):
            return False
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def fits(self, token: str) -> bool:
        """Whether it is the right answer, and note that it was given if it is."""
        raise NotImplementedError

"""What every device of ours has in common."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_otp.models import Device as OtpDevice
from django_otp.models import ThrottlingMixin, TimestampMixin

from apps.accounts import guessing


class Device(ThrottlingMixin, TimestampMixin, OtpDevice):  # type: ignore[misc]  # untyped
    """Answers to `django_otp.verify_token` only, which locks the row (mfa/challenges).

    After each wrong answer it takes none for a while, and for twice as long after the
    next: 1, 2, 4 … seconds.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    throttling_failure_count: int

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(
                "user", name="%(class)s_one_each", condition=Q(confirmed=True)
            )
        ]

    def verify_token(self, token: str) -> bool:
        is_allowed, _ = self.verify_is_allowed()
        if not is_allowed:
            return False
        if not self.fits(token):
            self.throttle_increment()
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def fits(self, token: str) -> bool:
        """Whether it is the right answer, and note that it was given if it is."""
        raise NotImplementedError

    def throttle_increment(self, commit: bool = True) -> None:
        super().throttle_increment(commit=False)
        self.throttling_failure_count = min(
            self.throttling_failure_count, guessing.LONGEST_PAUSE_STEP
        )
        if commit:
            self.save()

    def get_throttle_factor(self) -> int:
        return 1

    def pause(self) -> datetime | None:
        """Until when it takes no answer, if it does not now."""
        is_allowed, why = self.verify_is_allowed()
        until: datetime | None = None if is_allowed else why["locked_until"]
        return until

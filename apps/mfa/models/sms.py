"""A verified phone that codes are texted to."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from apps.mfa.models.challenge import Challenge
from apps.mfa.models.device import Device
from apps.sms.models import PhoneNumber


class SMSDevice(Device):
    """Keeps no code: that belongs to the challenge it was texted for."""

    phone = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+")

    objects: ClassVar[models.Manager["SMSDevice"]] = models.Manager()

    class Meta(Device.Meta):
        verbose_name = "phone for codes"

    @property
    def is_reachable(self) -> bool:
        """Whether the number is still proven to be the person's."""
        return bool(self.phone.is_verified and self.phone.user_id == self.user.pk)

    def fits(self, token: str) -> bool:
        """`token` is "<challenge>:<code>": a code is good for its own attempt only."""
        challenge_id, _, code = token.partition(":")
        challenge = Challenge.objects.filter(
            pk=challenge_id,
            user_id=self.user_id,
            device_id=self.persistent_id,
            consumed_at=None,
            expires_at__gt=timezone.now(),
        ).first()
        return challenge is not None and challenge.has_code(code)

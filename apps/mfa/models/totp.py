"""An authenticator app."""

import base64
import secrets
import time
from typing import Any, ClassVar

from django.db import models
from django.utils.crypto import constant_time_compare
from django_otp.oath import hotp

from apps.accounts.models import User
from apps.core import vault
from apps.core.rotation import Sealed
from apps.mfa.models.device import Device

# What every authenticator app does without being told (RFC 6238 and the apps).
STEP_SECONDS, DIGITS = 30, 6
# One step for a clock that is off, as RFC 6238 §5.2 allows; two would be a wider target.
TOLERANCE = 1
# RFC 4226 §4 recommends the length of a SHA-1 digest.
SECRET_BYTES = 20


class TOTPDevice(Device):
    # Opens only at this row's place.
    sealed = models.TextField()
    # The step of the last code that was taken: that one and older ones are dead.
    last_t = models.BigIntegerField(default=-1)

    objects: ClassVar[models.Manager["TOTPDevice"]] = models.Manager()

    class Meta(Device.Meta):
        verbose_name = "authenticator app"

    @classmethod
    def make(cls, user: User, *, secret: bytes = b"", **fields: Any) -> "TOTPDevice":
        """A row with a secret of its own. Belongs into a transaction."""
        device = cls.objects.create(user=user, name="Authenticator app", **fields)
        device.seal(secret or secrets.token_bytes(SECRET_BYTES))
        device.save(update_fields=["sealed"])
        return device

    def seal(self, secret: bytes) -> None:
        words = base64.b32encode(secret).decode()
        self.sealed = vault.seal(words, place=_place(self))

    @property
    def key(self) -> str:
        """The secret as an app takes it: base32, no padding. Raises `Unreadable`."""
        return vault.unseal(self.sealed, place=_place(self)).rstrip("=")

    def code(self, step: int | None = None) -> str:
        """What the app shows at a step, now without one."""
        padded = self.key + "=" * (-len(self.key) % 8)
        at = this_step() if step is None else step
        return f"{hotp(base64.b32decode(padded), at, DIGITS):0{DIGITS}}"

    def fits(self, token: str) -> bool:
        now = this_step()
        for step in range(now - TOLERANCE, now + TOLERANCE + 1):
            if step > self.last_t and constant_time_compare(self.code(step), token):
                self.last_t = step
                return True
        return False


def this_step() -> int:
    return int(time.time()) // STEP_SECONDS


def _place(device: TOTPDevice) -> str:
    return f"factors.totpdevice:{device.pk}"


SEALED = Sealed(TOTPDevice, _place)

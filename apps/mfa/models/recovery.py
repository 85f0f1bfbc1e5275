"""Codes on paper, for when everything else is gone."""

from functools import lru_cache
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.utils import timezone

from apps.mfa.models.device import Device

SELECTOR_LENGTH, VERIFIER_LENGTH = 4, 12


class RecoveryDevice(Device):
    objects: ClassVar[models.Manager["RecoveryDevice"]] = models.Manager()

    class Meta(Device.Meta):
        verbose_name = "set of recovery codes"
        verbose_name_plural = "sets of recovery codes"

    @property
    def left(self) -> int:
        return RecoveryCode.objects.filter(device=self, used_at=None).count()

    def fits(self, token: str) -> bool:
        """One hash, whether or not there is such a code; a code is good once."""
        selector, verifier = token[:SELECTOR_LENGTH], token[SELECTOR_LENGTH:]
        own = RecoveryCode.objects.filter(device=self, used_at=None)
        code = own.filter(selector=selector).first()
        kept = code.verifier_hash if code else _nobodys(settings.PASSWORD_HASHERS[0])
        if not check_password(verifier, kept) or code is None:
            return False
        return bool(own.filter(pk=code.pk).update(used_at=timezone.now()))


class RecoveryCode(models.Model):
    """Found by its selector, proved by the rest, of which only a hash is kept.

    60 random bits are fewer than ASVS 6.5.2 lets be kept under a fast hash.
    """

    device = models.ForeignKey(RecoveryDevice, models.CASCADE, related_name="codes")
    selector = models.CharField(max_length=SELECTOR_LENGTH)
    verifier_hash = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["device", "selector"], name="one_code_a_selector"
            )
        ]

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


@lru_cache(maxsize=2)
def _nobodys(hasher: str) -> str:
    """A hash that nothing fits, as dear to check as a real one."""
    return make_password("no verifier has lower case")

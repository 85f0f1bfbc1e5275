"""How somebody stands with their second factors."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from apps.accounts import guessing
from apps.accounts.models import User
from apps.mfa.models.lost import LostFactors


class FactorStateQuerySet(models.QuerySet["FactorState"]):
    def charge(self, user: User) -> bool:
        """Count one more wrong code, before it is looked at. False while frozen."""
        self.get_or_create(user=user)
        now = timezone.now()
        thawed = Q(frozen_until=None) | Q(frozen_until__lte=now)
        is_last = Q(failures__gte=guessing.FAILURES_IN_A_ROW - 1)
        charged = self.filter(thawed, user=user).update(
            failures=F("failures") + 1,
            frozen_until=Case(
                When(is_last, then=now + guessing.FROZEN_FOR), default=None
            ),
        )
        return bool(charged)

    def clear(self, user: User) -> None:
        """A factor was proved: so it is not lost either."""
        self.filter(user=user).update(failures=0, frozen_until=None)
        LostFactors.objects.filter(user=user).end(LostFactors.Ended.PROVED)


class FactorState(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="factor_state"
    )
    # Wrong six-digit codes since a factor was last proved, of all devices together.
    failures = models.PositiveIntegerField(default=0)
    frozen_until = models.DateTimeField(null=True)
    # They have to set a factor up again: an operator or a lost authenticator said so.
    enforced_at = models.DateTimeField(null=True)
    # Somebody else may have been in until then: a passkey from before it is a second
    # step, and no sign-in by itself any more.
    passkeys_alone_from = models.DateTimeField(null=True)

    objects = FactorStateQuerySet.as_manager()

    class Meta:
        verbose_name = "state of second factors"
        verbose_name_plural = "second factors"

    def __str__(self) -> str:
        return f"factors of {self.user_id}"

    @property
    def is_frozen(self) -> bool:
        return self.frozen_until is not None and self.frozen_until > timezone.now()

"""How somebody stands with their second factors."""

from django.conf import settings
from django.db import models


class FactorState(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="factor_state"
    )
    # They have to set a factor up again: an operator or a lost authenticator said so.
    enforced_at = models.DateTimeField(null=True)
    # Somebody else may have been in until then: a passkey from before it is a second
    # step, and no sign-in by itself any more.
    passkeys_alone_from = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "state of second factors"
        verbose_name_plural = "second factors"

    def __str__(self) -> str:
        return f"factors of {self.user_id}"

"""Gathers what of the second factors is sealed by the vault."""

from apps.mfa.models import totp

SEALED = (totp.SEALED,)

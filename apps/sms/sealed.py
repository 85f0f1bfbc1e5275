"""Gathers what of the texts is sealed by the vault."""

from apps.sms import linking

SEALED = (linking.SEALED,)

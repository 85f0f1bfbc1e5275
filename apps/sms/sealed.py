"""Gathers what of the texts is sealed by the vault."""

from apps.sms import confidential, linking

SEALED = (linking.SEALED, confidential.SEALED)

"""Gathers what of the texts is sealed by the vault."""

from apps.sms import confidential, linking
from apps.sms.models.journal import SEALED_CALL

SEALED = (linking.SEALED, confidential.SEALED, SEALED_CALL)

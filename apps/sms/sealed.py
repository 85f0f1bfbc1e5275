"""Gathers what of the texts is sealed by the vault."""

from apps.sms import confidential, linking
from apps.sms.models.journal import SEALED as SEALED_CALLS

SEALED = (linking.SEALED, confidential.SEALED, SEALED_CALLS)

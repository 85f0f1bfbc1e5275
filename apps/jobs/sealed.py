"""Gathers what of the background work is sealed by the vault."""

from apps.jobs import mail

SEALED = (mail.SEALED,)

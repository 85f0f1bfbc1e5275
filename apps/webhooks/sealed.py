"""Gathers what of the webhooks is sealed by the vault."""

from apps.webhooks.models import endpoints

SEALED = (endpoints.SEALED,)

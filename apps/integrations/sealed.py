"""Gathers what of the connections is sealed by the vault."""

from apps.integrations.models import revocation, token

SEALED = (token.SEALED, revocation.SEALED)

"""Gathers what of safety is sealed by the vault."""

from apps.rbac import person_keys, signing_key

SEALED = (person_keys.SEALED, signing_key.SEALED)

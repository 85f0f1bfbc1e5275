"""Somebody had taken an account over and changed its address; its owner has it back."""

from apps.accounts import personal_tokens

ON_REVERT = (personal_tokens.revoke_all,)

"""No program does anything in their name any more."""

from apps.accounts import personal_tokens

ON_PANIC = (personal_tokens.revoke_all,)

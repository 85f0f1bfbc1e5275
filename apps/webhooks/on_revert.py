"""Somebody had taken an account over and changed its address; its owner has it back."""

from apps.webhooks import endpoints

ON_REVERT = (endpoints.disable_all,)

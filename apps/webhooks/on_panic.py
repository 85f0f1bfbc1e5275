"""Whoever was in may have made a webhook to read along."""

from apps.webhooks import endpoints

ON_PANIC = (endpoints.disable_all,)

"""A process that sends what is due, and ends."""

import django

django.setup()

from apps.webhooks.sending import send  # noqa: E402  (after the settings)

send()

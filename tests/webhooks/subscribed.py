"""Adds a webhook of the first person in the database of the environment: `python -m … URL`
prints its secret."""

import sys

import django

django.setup()

from apps.accounts.models import User  # noqa: E402  (after the settings)
from apps.webhooks import endpoints  # noqa: E402
from apps.webhooks.models import Type  # noqa: E402

person = User.objects.order_by("pk")[0]
print(endpoints.make(user=person, url=sys.argv[1], types=Type.values)[1])

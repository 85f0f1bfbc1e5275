"""Prints the cookies of somebody who has signed in, in the database of the environment:
`python -m tests.analytics.sign_in +12025552000`."""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402  (after the set-up)

from apps.accounts.models import User  # noqa: E402

client = Client()
client.force_login(User.objects.get(phone_numbers__e164=sys.argv[1]))
print("; ".join(f"{each.key}={each.value}" for each in client.cookies.values()))

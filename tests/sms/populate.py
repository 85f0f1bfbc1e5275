"""Makes some people with phones in the database of the environment."""

import sys

import django

django.setup()

from tests.factories import PhoneNumberFactory  # noqa: E402  (after the set-up)
from tests.sms.installation import number_of  # noqa: E402

for person in range(int(sys.argv[1])):
    # Nobody signs in here, and a hash is made to take long.
    PhoneNumberFactory.create(e164=number_of(person), user__password=None)

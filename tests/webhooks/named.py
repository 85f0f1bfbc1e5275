"""What programs call the texts of these numbers in the database of the environment:
`python -m … IN OUT` prints a line for each."""

import sys

import django

django.setup()

from apps.sms import threads  # noqa: E402  (after the settings)

for direction, number in zip(("in", "out"), sys.argv[1:], strict=True):
    print(threads.id_of(direction, int(number)))

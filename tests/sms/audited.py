"""What the auditor counts in an installation: `python -m tests.sms.audited`."""

import json

import django

django.setup()

from apps.sms import auditor  # noqa: E402  (after the set-up)
from apps.sms.models import AnsweredDay  # noqa: E402  (after the set-up)


def main() -> None:
    auditor.audit()
    names = ("texts", "lost", "doubled", "unordered")
    days = list(AnsweredDay.objects.all())
    print(json.dumps({name: sum(getattr(day, name) for day in days) for name in names}))


if __name__ == "__main__":
    main()

"""People who text, as Twilio tells it of them."""

import secrets
from collections.abc import Sequence

from apps.sms import signing

DOMAIN = "switchboard.example"
PATH = "/webhooks/twilio/sms/"
ACCOUNT, OURS = "AC" + "0" * 32, "+12025550100"
_PEOPLE = """
from django.utils import timezone
from apps.accounts.models import User
from apps.sms.models import PhoneNumber
for number in {numbers}:
    person = User.objects.create_user(f"{{number}}@example.com", name="Alice")
    PhoneNumber.objects.create(
        user=person, e164=number, status="verified", is_primary=True,
        verified_at=timezone.now(),
    )
"""


def people(numbers: Sequence[str]) -> str:
    """What makes somebody of each number, for `manage.py shell -c`."""
    return _PEOPLE.format(numbers=list(numbers))


def text(number: str, words: str, token: str) -> tuple[dict[str, str], str]:
    """The fields of the call, and its X-Twilio-Signature."""
    fields = {
        "MessageSid": f"SM{secrets.token_hex(16)}",
        "AccountSid": ACCOUNT,
        "From": number,
        "To": OURS,
        "Body": words,
        "NumMedia": "0",
    }
    return fields, signing.signature(f"https://{DOMAIN}{PATH}", fields.items(), token)

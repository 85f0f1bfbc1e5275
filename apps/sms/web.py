"""What people write on the website instead of texting it: the same lane, no carrier."""

from django.db import transaction
from django.utils.translation import gettext

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.core.ids import uuid7
from apps.core.request_ids import current_request_id
from apps.sms import lanes
from apps.sms.models import InboundText
from apps.sms.models.inbound import WEB

# As much as Twilio brings of a text.
LONGEST = 1_600


@transaction.atomic
def say(user: User, words: str) -> InboundText:
    """Put it into the person's lane, behind what waits there, and ring.

    Raises Invalid for what says nothing, or too much.
    """
    words = words.replace("\0", "").strip()
    if not words:
        raise Invalid(gettext("Write something first."))
    if len(words) > LONGEST:
        raise Invalid(
            gettext("Up to %(longest)s characters at once.")
            % {"longest": f"{LONGEST:,}"}
        )
    lane = lanes.lock_person(user)
    text = InboundText.objects.create(
        sid=f"WB{uuid7().hex}",
        lane=lane,
        user=user,
        number=WEB,
        our_number=WEB,
        body=words,
        request_id=current_request_id(),
    )
    lanes.wake(lane)
    return text

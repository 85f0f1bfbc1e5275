"""A carrier in the database: texts land at `/dev/phone/`, news comes back signed."""

import base64
import secrets
from datetime import datetime

from apps.core.http import Fetched
from apps.core.logs import logger
from apps.core.tasks import send
from apps.sms.addresses import Addresses, Drift
from apps.sms.gateway import Draft, Listed, Refused
from apps.sms.models import OptOut, SimulatedText

# A PNG of 1 x 1.
_DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


class SimulatorGateway:
    def send(self, draft: Draft) -> str:
        if self._has_opted_out(draft):
            raise Refused("21610")
        text = SimulatedText.objects.create(
            sid=f"SM{secrets.token_hex(16)}",
            number=draft.number,
            our_number=draft.our_number,
            body=draft.body,
            callback_url=draft.callback_url,
        )
        _ask_for_news(text.pk)
        return text.sid

    def fetch(self, address: str, *, sid: str, most_bytes: int) -> Fetched:
        """The same dot, whatever was sent."""
        return Fetched(base64.b64decode(_DOT), "image/png")

    def forget(self, address: str, *, sid: str) -> None:
        """There is nothing."""

    def drift(self, wanted: Addresses) -> list[Drift]:
        return []

    def find(self, *, number: str, our_number: str, since: datetime) -> list[Listed]:
        texts = SimulatedText.objects.filter(
            number=number, our_number=our_number, created_at__gte=since
        )
        return [
            Listed(text.sid, text.body, text.status, text.created_at) for text in texts
        ]

    def _has_opted_out(self, draft: Draft) -> bool:
        return OptOut.objects.filter(
            number=draft.number, our_number=draft.our_number, is_out=True
        ).exists()


def _ask_for_news(pk: int) -> None:
    """The carrier's news is best effort, as in life: without Redis there is none."""

    try:
        send("sms.simulate_delivery", pk)
    except Exception as error:
        logger.warning("simulated_news_lost", error=type(error).__name__)


GATEWAY = SimulatorGateway()

"""A carrier in the database: texts land at `/dev/phone/`, news comes back signed."""

import base64
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

from apps.core.http import Fetched
from apps.core.logs import logger
from apps.core.tasks import send
from apps.sms.addresses import Addresses, Drift
from apps.sms.composer import count
from apps.sms.gateway import Bill, Draft, Listed, Priced, Refused, Tariff
from apps.sms.models import InboundText, OptOut, PhoneNumber, SimulatedText
from apps.sms.money import DOLLAR, prices

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

    def prices(self, *, since: datetime, until: datetime) -> Iterator[Priced]:
        """As the price list says; what came to us is known from our own texts."""
        yield from self._went(since, until)
        yield from self._came(since, until)

    def _went(self, since: datetime, until: datetime) -> Iterator[Priced]:
        then = {"created_at__range": (since, until)}
        for text in SimulatedText.objects.filter(**then).iterator():
            said = prices.outbound(
                number=text.number,
                our_number=text.our_number,
                segments=count(text.body).segments,
            )
            yield _priced(text.sid, said.micros)

    def _came(self, since: datetime, until: datetime) -> Iterator[Priced]:
        came = {"received_at__range": (since, until)}
        for own in InboundText.objects.filter(**came).iterator():
            said = prices.inbound(
                our_number=own.our_number,
                segments=count(own.body).segments,
                num_media=own.num_media,
            )
            yield _priced(own.sid, said.micros)

    def bill(self, *, first: date, last: date) -> Bill:
        """As the price list says; of the looks at a number the last one."""
        days = (
            datetime.combine(first, time.min, UTC),
            datetime.combine(last, time.max, UTC),
        )
        looks = PhoneNumber.objects.filter(line_type_at__range=days).count()
        told = {
            "sms-outbound": _sum(self._went(*days)),
            "sms-inbound": _sum(self._came(*days)),
            "lookups": Decimal(looks * prices.lookup()) / DOLLAR,
        }
        return Bill("USD", sum(told.values(), Decimal()), told)

    def countries(self) -> list[str]:
        """The shipped list is all there is."""
        return []

    def tariffs(self, country: str) -> list[Tariff]:
        return []

    def line_type(self, number: str) -> str:
        return "mobile"

    def deactivated(self, day: date) -> Iterator[str]:
        """Nobody gives a number up here."""
        return iter(())

    def _has_opted_out(self, draft: Draft) -> bool:
        return OptOut.objects.filter(
            number=draft.number, our_number=draft.our_number, is_out=True
        ).exists()


def _sum(priced: Iterator[Priced]) -> Decimal:
    return sum((one.price or Decimal() for one in priced), Decimal())


def _priced(sid: str, micros: int) -> Priced:
    return Priced(sid, Decimal(micros) / DOLLAR, "USD")


def _ask_for_news(pk: int) -> None:
    """The carrier's news is best effort, as in life: without Redis there is none."""

    try:
        send("sms.simulate_delivery", pk)
    except Exception as error:
        logger.warning("simulated_news_lost", error=type(error).__name__)


GATEWAY = SimulatorGateway()

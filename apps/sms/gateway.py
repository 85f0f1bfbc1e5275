"""What a gateway is: it hands a text to a carrier and can say what it was handed.

Gateways stand on the shelf `apps.sms.gateways`, one file each, exporting `GATEWAY`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from django.conf import settings

from apps.core.http import Fetched
from apps.sms.addresses import Addresses, Drift

# To connect, and to wait for each part of the answer. Together they stay well under
# lanes.LEASE: nobody else may take the lane over meanwhile.
CONNECT_SECONDS = 2.0
READ_SECONDS = 7.0


class Refused(Exception):
    """The gateway will never take this text. `code` is Twilio's error number."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(Exception):
    """Not taken, certainly: worth the same again later."""


class ShutOut(Busy):
    """Not taken, because our account is not let in: no other text would be, either."""


class OutcomeUnknown(Exception):
    """It may or may not have been taken: look before sending again."""


class NotDone(Exception):
    """The account at the carrier was not read or changed; says why in a sentence."""


class Unheard(NotDone):
    """No answer came, or none that can be read: it may have been done, and billed."""


class Gone(NotDone):
    """What it is about is not there: our number, or the service."""


@dataclass(frozen=True)
class Draft:
    """What is handed over. `callback_url` is where news of it is to be posted."""

    number: str
    our_number: str
    body: str
    callback_url: str


@dataclass(frozen=True)
class Listed:
    """A text as the gateway lists it."""

    sid: str
    body: str
    status: str
    created_at: datetime


@dataclass(frozen=True)
class Priced:
    """What the gateway asks for a text, to us or from us; None: not known yet."""

    sid: str
    price: Decimal | None
    currency: str


@dataclass(frozen=True)
class Tariff:
    """The price of a segment in a country, by the type of our number."""

    direction: str  # in, out
    number_type: str
    price: Decimal
    currency: str


@dataclass(frozen=True)
class Bill:
    """What the gateway has billed for some days, by its own categories; `whole` is all
    of it, whatever it is for."""

    currency: str
    whole: Decimal
    categories: dict[str, Decimal]


class Gateway(Protocol):
    def send(self, draft: Draft) -> str:
        """Hand over; the gateway's id of the text. Raises the three errors above."""

    def find(self, *, number: str, our_number: str, since: datetime) -> list[Listed]:
        """What it was handed for this number since then. Raises `OutcomeUnknown`."""

    def fetch(self, address: str, *, sid: str, most_bytes: int) -> Fetched:
        """A file that came with the text `sid`. Raises `OutsideFailure`, permanent also
        for an address that is not that of a file of this text."""

    def forget(self, address: str, *, sid: str) -> None:
        """Delete it there. Raises `OutsideFailure`."""

    def drift(self, wanted: Addresses) -> list[Drift]:
        """What would bring texts elsewhere than wanted. Raises `NotDone`."""

    def prices(self, *, since: datetime, until: datetime) -> Iterator[Priced]:
        """Of every text that was sent meanwhile, page by page. Raises `NotDone`."""

    def bill(self, *, first: date, last: date) -> Bill:
        """For these days, both included, in UTC. Raises `NotDone`."""

    def countries(self) -> list[str]:
        """Whose prices it tells for this account. Raises `NotDone`."""

    def tariffs(self, country: str) -> list[Tariff]:
        """Of one of them; the dearest carrier's. Raises `NotDone`."""

    def line_type(self, number: str) -> str:
        """What kind of line it is, as "mobile"; empty where that is not known. Costs,
        unless it raises `NotDone` that is not `Unheard`."""

    def deactivated(self, day: date) -> Iterator[str]:
        """Numbers that their carriers took back on that day. Raises `NotDone`."""


def current() -> Gateway:
    """The gateway that `SMS_GATEWAY` names."""
    return _named(settings.SMS_GATEWAY)


@lru_cache(maxsize=None)
def _named(name: str) -> Gateway:
    # Only the one in use is imported: the Twilio SDK takes 0.3 s.
    gateway: Gateway = import_module(f"apps.sms.gateways.{name}").GATEWAY
    return gateway

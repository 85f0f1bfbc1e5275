"""Twilio's Programmable Messaging, by its SDK."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from apps.core import http
from apps.core.errors import OutsideFailure
from apps.core.http import Fetched
from apps.sms import signing
from apps.sms.addresses import Addresses, Drift
from apps.sms.gateway import (
    Bill,
    Draft,
    Gone,
    Listed,
    NotDone,
    OutcomeUnknown,
    Priced,
    Tariff,
)
from apps.sms.gateways._twilio_errors import in_a_sentence, lost, verdict
from apps.sms.gateways._twilio_http import Window, redirected

# An answer that is hours late only confuses; Twilio's default is ten hours.
VALIDITY_SECONDS = 900
# The most that Twilio lists at once.
PAGE = 1_000
_MEDIA_SID = re.compile(r"ME[0-9a-f]{32}")


class TwilioGateway:
    def __init__(self) -> None:
        self._http = Window()

    def send(self, draft: Draft) -> str:
        try:
            message = self._client().messages.create(
                to=draft.number,
                body=draft.body,
                status_callback=draft.callback_url,
                validity_period=VALIDITY_SECONDS,
                **self._sender(draft.our_number),
            )
        except TwilioRestException as error:
            raise verdict(error) from error
        except HTTPError as error:
            raise lost(error) from error
        except (TwilioException, ValueError, KeyError) as error:
            # An answer that cannot be read: Twilio may have taken it.
            raise OutcomeUnknown(type(error).__name__) from error
        return str(message.sid)

    def find(self, *, number: str, our_number: str, since: datetime) -> list[Listed]:
        try:
            # Newest first. Filtering by DateSent would hide what is still queued.
            found = self._client().messages.list(to=number, limit=50)
        except (TwilioException, HTTPError, ValueError, KeyError) as error:
            raise OutcomeUnknown(type(error).__name__) from error
        return [
            Listed(message.sid, message.body, str(message.status), message.date_created)
            for message in found
            if message.date_created and message.date_created >= since
        ]

    def fetch(self, address: str, *, sid: str, most_bytes: int) -> Fetched:
        """From the message's own media, or where Twilio passes it on to."""
        return http.fetch(
            self._media(address, sid),
            credentials=self._credentials(),
            is_allowed=_is_twilios,
            trusted=settings.TWILIO_API_BASE,
            most_bytes=most_bytes,
        )

    def forget(self, address: str, *, sid: str) -> None:
        url = self._media(address, sid) + ".json"
        status = http.delete(url, credentials=self._credentials())
        if status not in (204, 404):
            raise OutsideFailure(f"Twilio answered {status}.")

    def _media(self, address: str, sid: str) -> str:
        """Where a file of this message is fetched. Raises `OutsideFailure` for any other
        address: what is posted to us does not choose whom we call."""
        parts = urlsplit(address)
        path = (
            f"/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages/{sid}/Media/"
        )
        if (
            (parts.scheme, parts.netloc) != ("https", "api.twilio.com")
            or not parts.path.startswith(path)
            or not _MEDIA_SID.fullmatch(parts.path.removeprefix(path))
        ):
            raise OutsideFailure("It is no file of this text.", permanent=True)
        return redirected(f"https://api.twilio.com{parts.path}")

    def _credentials(self) -> tuple[str, str]:
        return settings.TWILIO_ACCOUNT_SID, signing.tokens()[0]

    def prices(self, *, since: datetime, until: datetime) -> Iterator[Priced]:
        with in_a_sentence():
            listed = self._client().messages.stream(
                date_sent_after=since, date_sent_before=until, page_size=PAGE
            )
            for message in listed:
                # Told as what the account loses: "-0.00830".
                price = None if message.price is None else -Decimal(message.price)
                yield Priced(message.sid, price, str(message.price_unit).upper())

    def bill(self, *, first: date, last: date) -> Bill:
        """https://www.twilio.com/docs/usage/api/usage-record"""
        with in_a_sentence():
            told = self._client().usage.records.list(
                start_date=first, end_date=last, page_size=PAGE
            )
            by_category = {
                str(record.category): (
                    Decimal(record.price or 0),
                    str(record.price_unit).upper(),
                )
                for record in told
            }
            # Without it nothing is known of what was billed.
            whole, currency = by_category.pop("totalprice")
        spent = {name: price for name, (price, _) in by_category.items() if price}
        return Bill(currency, whole, spent)

    def countries(self) -> list[str]:
        with in_a_sentence():
            listed = self._client().pricing.v1.messaging.countries.list(page_size=PAGE)
            return [country.iso_country for country in listed]

    def tariffs(self, country: str) -> list[Tariff]:
        with in_a_sentence():
            messaging = self._client().pricing.v1.messaging
            found = messaging.countries(country).fetch()
            out = [
                price
                for carrier in found.outbound_sms_prices or ()
                for price in carrier["prices"]
            ]
            return [
                Tariff(direction, kind, price, str(found.price_unit).upper())
                for direction, told in (("out", out), ("in", found.inbound_sms_prices))
                for kind, price in _dearest(told or ()).items()
            ]

    def line_type(self, number: str) -> str:
        lookup = "line_type_intelligence"
        with in_a_sentence():
            found = self._client().lookups.v2.phone_numbers(number).fetch(fields=lookup)
        # Without a type where it is not to be had, as in Canada without an agreement.
        return str((found.line_type_intelligence or {}).get("type") or "")

    def deactivated(self, day: date) -> Iterator[str]:
        """Twilio answers where the list lies for two minutes, at a store of its own."""
        with in_a_sentence():
            found = self._client().messaging.v1.deactivations().fetch(date=day)
        if not urlsplit(found.redirect_to).scheme == "https":
            raise NotDone("Twilio's list of numbers lies at no address of https.")
        try:
            for line in http.lines(redirected(found.redirect_to)):
                if number := line.strip():
                    yield number if number.startswith("+") else f"+{number}"
        except OutsideFailure as error:
            raise NotDone(error.sentence) from error

    def drift(self, wanted: Addresses) -> list[Drift]:
        """What the number, or the service, has otherwise, or that it is not there.
        Raises `NotDone`."""
        try:
            with in_a_sentence():
                holder = self._holder()
        except Gone:
            service = settings.TWILIO_MESSAGING_SERVICE_SID
            name = "messaging_service" if service else "phone_number"
            return [Drift(name, "", service or settings.TWILIO_NUMBER)]
        return [
            Drift(name, str(getattr(holder, name) or ""), str(value or ""))
            for name, value in _fields(wanted).items()
            if (getattr(holder, name) or "") != (value or "")
        ]

    def point(self, wanted: Addresses) -> None:
        """Set the addresses of the number, or of the service. Raises `NotDone`."""
        with in_a_sentence():
            self._holder().update(**_fields(wanted))

    def _holder(self) -> Any:
        """What Twilio reads the addresses from: the service, else our number."""
        client, number = self._client(), settings.TWILIO_NUMBER
        if service := settings.TWILIO_MESSAGING_SERVICE_SID:
            return client.messaging.v1.services(service).fetch()
        # The filter takes part of a number as well.
        for found in client.incoming_phone_numbers.list(phone_number=number):
            if found.phone_number == number:
                return found
        raise Gone(f"The Twilio account has no number {number}.")

    def _client(self) -> Client:
        return _client(settings.TWILIO_ACCOUNT_SID, signing.tokens()[0], self._http)

    def _sender(self, our_number: str) -> dict[str, str]:
        if settings.TWILIO_MESSAGING_SERVICE_SID:
            return {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
        return {"from_": our_number}


@lru_cache(maxsize=2)
def _client(account: str, token: str, through: Window) -> Client:
    """Its parts are made when they are first used."""
    return Client(account, token, http_client=through)


def _dearest(told: Iterable[dict[str, Any]]) -> dict[str, Decimal]:
    """By the type of our number ("toll free" and "tollfree" are one)."""
    found: dict[str, Decimal] = {}
    for each in told:
        kind = re.sub(r"[^a-z]", "", str(each["number_type"]).lower())
        price = Decimal(str(each["current_price"]))
        found[kind] = max(price, found.get(kind, price))
    return found


def _fields(wanted: Addresses) -> dict[str, str | bool]:
    """The addresses as the service, or the number, calls them, and what would win.

    A number has no address for news of texts (its `status_callback` is for calls);
    every text names its own.
    """
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {
            "inbound_request_url": wanted.inbound,
            "inbound_method": "POST",
            "fallback_url": wanted.fallback,
            "fallback_method": "POST",
            "status_callback": wanted.status,
            "use_inbound_webhook_on_number": False,
        }
    return {
        "sms_url": wanted.inbound,
        "sms_method": "POST",
        "sms_fallback_url": wanted.fallback,
        "sms_fallback_method": "POST",
        "sms_application_sid": "",
    }


def _is_twilios(url: str) -> bool:
    """Twilio's own hosts, and those it keeps files at."""
    parts = urlsplit(url)
    if settings.TWILIO_API_BASE and url.startswith(f"{settings.TWILIO_API_BASE}/"):
        return True
    host = parts.hostname or ""
    return (
        parts.scheme == "https"
        and parts.port in (None, 443)
        and host.endswith((".twilio.com", ".twiliocdn.com"))
    )


GATEWAY = TwilioGateway()

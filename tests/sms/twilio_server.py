"""An independent server that speaks Twilio's REST, with a will of its own.

Messages and their prices, what was billed in a month, the price list of the account, the settings of phone numbers
and messaging services, lists of numbers that carriers took back, and what kind of line a
number is.

Written from Twilio's documentation, not from our client: Basic auth, form in, JSON
out, error bodies with code and status. `behave(...)` queues what the next calls meet.
https://www.twilio.com/docs/messaging/api/message-resource
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
https://www.twilio.com/docs/messaging/api/service-resource
https://www.twilio.com/docs/messaging/api/pricing
https://www.twilio.com/docs/messaging/api/deactivations-resource
https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
https://www.twilio.com/docs/usage/api/usage-record
"""

import base64
import json
import re
import secrets
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit


@dataclass
class Sent:
    sid: str
    to: str
    sender: str
    body: str
    callback: str
    at: datetime
    status: str = "queued"
    # As Twilio has it: "-0.00830", or nothing yet.
    price: str | None = None
    currency: str = "USD"
    direction: str = "outbound-api"
    service: str | None = None


@dataclass
class TwilioServer:
    account: str
    token: str
    sent: list[Sent] = field(default_factory=list)
    posts: int = 0
    # Whether listing messages by time fails.
    is_shut: bool = False
    # How often messages were listed, a page at a time.
    pages: int = 0
    # What is asked in a country: "outbound" and "inbound", each as Twilio tells it.
    prices: dict[str, dict[str, Any]] = field(default_factory=dict)
    price_unit: str = "USD"
    # What was billed in a month ("2026-10"), by category.
    billed: dict[str, dict[str, str]] = field(default_factory=dict)
    # Numbers for which every POST meets a 429.
    busy_for: set[str] = field(default_factory=set)
    # What numbers and services are set to, by sid.
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    # What kind of line a number is; of others it is not known.
    line_types: dict[str, str] = field(default_factory=dict)
    # Lists of numbers that carriers took back, by day.
    deactivated: dict[str, list[str]] = field(default_factory=dict)
    # Files of texts, by the paths of their resources.
    media: set[str] = field(default_factory=set)
    # Settings that are answered as taken, and stay as they were.
    deaf_to: set[str] = field(default_factory=set)
    _behaviour: list[Any] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _release: threading.Event = field(default_factory=threading.Event)

    def behave(self, *behaviours: int | str) -> None:
        """For each coming POST, and each look at settings: a status (429, 500, 400),
        an error code as text, or "accept", "accept and drop", "drop", "hang",
        "accept and 500", "garbage"."""
        self._behaviour.extend(behaviours)

    def calm(self) -> None:
        """Forget what was still to come."""
        with self._lock:
            self._behaviour.clear()

    def bodies(self, to: str = "") -> list[str]:
        with self._lock:
            return [sent.body for sent in self.sent if not to or sent.to == to]

    def __enter__(self) -> "TwilioServer":
        server = self

        class Handler(_Handler):
            twilio = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(
            target=self._http.serve_forever, args=(0.01,), daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._release.set()
        self._http.shutdown()
        self._http.server_close()

    def next_behaviour(self, to: str) -> Any:
        with self._lock:
            self.posts += 1
            if to in self.busy_for:
                return 429
            return self._behaviour.pop(0) if self._behaviour else "accept"

    def accept(self, form: dict[str, str]) -> Sent:
        sent = Sent(
            sid=f"SM{secrets.token_hex(16)}",
            to=form["To"],
            sender=form.get("From", form.get("MessagingServiceSid", "")),
            body=form["Body"],
            callback=form.get("StatusCallback", ""),
            at=datetime.now(UTC),
            service=form.get("MessagingServiceSid"),
        )
        with self._lock:
            self.sent.append(sent)
        return sent

    def listed(self, to: str) -> list[Sent]:
        with self._lock:
            return [sent for sent in reversed(self.sent) if not to or sent.to == to]

    def receive(self, *, sid: str, sender: str, to: str, body: str) -> Sent:
        """A text that came to a number of the account."""
        came = Sent(sid, to, sender, body, "", datetime.now(UTC))
        came.status, came.direction = "received", "inbound"
        with self._lock:
            self.sent.append(came)
        return came

    def between(self, after: str, before: str) -> list[Sent]:
        """By the time they were sent, both ends included."""
        found = self.listed("")
        if after:
            found = [one for one in found if one.at >= datetime.fromisoformat(after)]
        if before:
            found = [one for one in found if one.at <= datetime.fromisoformat(before)]
        return found

    def buy(self, number: str) -> dict[str, Any]:
        """A number as it comes from the shop."""
        sid = f"PN{secrets.token_hex(16)}"
        self.numbers[sid] = {
            "sid": sid,
            "account_sid": self.account,
            "phone_number": number,
            "friendly_name": number,
            "sms_url": "https://demo.twilio.com/welcome/sms/reply",
            "sms_method": "POST",
            "sms_fallback_url": None,
            "sms_fallback_method": "POST",
            "sms_application_sid": None,
            "status_callback": None,
            "status_callback_method": "POST",
            "voice_url": "https://demo.twilio.com/welcome/voice/",
            "voice_method": "POST",
        }
        return self.numbers[sid]

    def found(self, sid: str) -> dict[str, Any]:
        """A messaging service as it is made: it receives nothing yet."""
        self.services[sid] = {
            "sid": sid,
            "account_sid": self.account,
            "friendly_name": "Texts",
            "inbound_request_url": None,
            "inbound_method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "status_callback": None,
            "use_inbound_webhook_on_number": True,
            "validity_period": 14_400,
        }
        return self.services[sid]

    def change(self, resource: dict[str, Any], form: dict[str, str]) -> None:
        for name, value in form.items():
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
            if name in resource and name not in self.deaf_to:
                is_flag = isinstance(resource[name], bool)
                resource[name] = value == "true" if is_flag else value or None

    def hang(self) -> None:
        """Until the server is stopped; the client gives up first."""
        self._release.wait()


class _Handler(BaseHTTPRequestHandler):
    twilio: TwilioServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        if not self._authorised():
            return self._error(401, 20003, "Authenticate")
        path = urlsplit(self.path).path
        if path == f"{self._account}/Messages.json":
            return self._meet(
                form.get("To", ""),
                lambda: (201, self._resource(self.twilio.accept(form))),
            )
        resource = self._settings(path)
        if resource is None:
            return self._error(404, 20404, "The requested resource was not found")

        def changed() -> tuple[int, dict[str, Any]]:
            self.twilio.change(resource, form)
            return 200, resource

        self._meet("", changed)

    def do_DELETE(self) -> None:
        if not self._authorised():
            return self._error(401, 20003, "Authenticate")
        if self.path not in self.twilio.media:
            return self._error(404, 20404, "The requested resource was not found")
        self.twilio.media.remove(self.path)
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if listed := re.fullmatch(r"/lists/([\d-]+)\.txt", parts.path):
            # A store that knows who may by the address alone.
            lines = "\n".join(self.twilio.deactivated[listed[1]]) + "\n"
            return self._write(200, lines.encode(), "text/plain")
        if not self._authorised():
            return self._error(401, 20003, "Authenticate")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == f"{self._account}/Messages.json":
            return self._messages(query)
        if parts.path == "/v1/Messaging/Countries":
            return self._meet("", lambda: (200, self._countries()))
        if found := re.fullmatch(r"/v1/Messaging/Countries/(\w\w)", parts.path):
            if told := self.twilio.prices.get(found[1]):
                return self._meet("", lambda: (200, self._country(found[1], told)))
            return self._error(404, 20404, "The requested resource was not found")
        if parts.path == f"{self._account}/IncomingPhoneNumbers.json":
            # Part of a number is enough.
            wanted = query.get("PhoneNumber", "")
            numbers = [
                number
                for number in self.twilio.numbers.values()
                if wanted in number["phone_number"]
            ]
            return self._meet(
                "", lambda: (200, self._page("incoming_phone_numbers", numbers))
            )
        if parts.path == f"{self._account}/Usage/Records.json":
            return self._meet("", lambda: (200, self._usage(query)))
        if looked_up := re.fullmatch(r"/v2/PhoneNumbers/(\+\d+)", unquote(parts.path)):
            return self._meet("", lambda: (200, self._line(looked_up[1], query)))
        if parts.path == "/v1/Deactivations":
            day = query.get("Date", "")
            if day not in self.twilio.deactivated:
                return self._error(404, 20404, "The requested resource was not found")
            store = f"https://deactivations.s3.amazonaws.com/lists/{day}.txt?sig=1"
            return self._meet("", lambda: (307, {"redirect_to": store}))
        resource = self._settings(parts.path)
        if resource is None:
            return self._error(404, 20404, "The requested resource was not found")
        self._meet("", lambda: (200, resource))

    def _meet(self, to: str, accept: Callable[[], tuple[int, dict[str, Any]]]) -> None:
        match self.twilio.next_behaviour(to):
            case "accept":
                self._answer(*accept())
            case "accept and drop":
                accept()
                self._drop()
            case "accept and 500":
                accept()
                self._error(500, 20500, "Internal Server Error")
            case "drop":
                self._drop()
            case "hang":
                self.twilio.hang()
            case "garbage":
                self._write(200, b"<html>Please sign in to the Wi-Fi</html>")
            case int(status):
                self._error(status, {429: 20429, 500: 20500}.get(status, 21211), "No")
            case code:
                self._error(400, int(code), "No")

    def _messages(self, query: dict[str, str]) -> None:
        """Newest first. "DateSent>" and "DateSent<" are names of parameters."""
        if query.get("To"):
            found = self.twilio.listed(query["To"])
        elif self.twilio.is_shut:
            return self._error(503, 20503, "Service Unavailable")
        else:
            found = self.twilio.between(
                query.get("DateSent>", ""), query.get("DateSent<", "")
            )
        self.twilio.pages += 1
        size = min(int(query.get("PageSize", "50")), 1_000)
        page = int(query.get("Page", "0"))
        shown = found[page * size : (page + 1) * size]
        answer = self._page("messages", [self._resource(sent) for sent in shown])
        if len(found) > (page + 1) * size:
            more = {**query, "Page": page + 1, "PageToken": f"PA{shown[-1].sid}"}
            path = urlsplit(self.path).path
            answer["next_page_uri"] = f"{path}?{urlencode(more)}"
        self._answer(200, answer)

    def _countries(self) -> dict[str, Any]:
        url = "https://pricing.twilio.com/v1/Messaging/Countries"
        named = [
            {"country": iso, "iso_country": iso, "url": f"{url}/{iso}"}
            for iso in sorted(self.twilio.prices)
        ]
        meta = {
            "key": "countries",
            "page": 0,
            "page_size": 50,
            "first_page_url": f"{url}?PageSize=50&Page=0",
            "previous_page_url": None,
            "next_page_url": None,
            "url": f"{url}?PageSize=50&Page=0",
        }
        return {"countries": named, "meta": meta}

    def _country(self, iso: str, told: dict[str, Any]) -> dict[str, Any]:
        return {
            "country": iso,
            "iso_country": iso,
            "outbound_sms_prices": told["outbound"],
            "inbound_sms_prices": told["inbound"],
            "price_unit": self.twilio.price_unit,
            "url": f"https://pricing.twilio.com/v1/Messaging/Countries/{iso}",
        }

    def _usage(self, query: dict[str, str]) -> dict[str, Any]:
        """Of whole months only; every category there is, also those without a price,
        in pages as large as they are asked for."""
        first, last = query["StartDate"], query["EndDate"]
        assert first.endswith("-01") and last.startswith(first[:7])
        told = {
            "calls": "0",
            "totalprice": "0",
            **self.twilio.billed.get(first[:7], {}),
        }
        records = [
            {
                "account_sid": self.twilio.account,
                "api_version": "2010-04-01",
                "as_of": f"{last}T23:59:59+00:00",
                "category": name,
                "count": "0",
                "count_unit": "",
                "description": name,
                "end_date": last,
                "price": float(price),
                "price_unit": "usd",
                "start_date": first,
                "subresource_uris": {},
                "uri": "",
                "usage": "0",
                "usage_unit": "",
            }
            for name, price in told.items()
        ]
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        shown = self._page("usage_records", records[page * size : (page + 1) * size])
        if len(records) > (page + 1) * size:
            more = urlencode({**query, "Page": page + 1, "PageToken": f"PA{page}"})
            shown["next_page_uri"] = f"{urlsplit(self.path).path}?{more}"
        return shown

    @property
    def _account(self) -> str:
        return f"/2010-04-01/Accounts/{self.twilio.account}"

    def _settings(self, path: str) -> dict[str, Any] | None:
        if found := re.fullmatch(r"/v1/Services/(MG\w+)", path):
            return self.twilio.services.get(found[1])
        number = rf"{self._account}/IncomingPhoneNumbers/(PN\w+)\.json"
        if found := re.fullmatch(number, path):
            return self.twilio.numbers.get(found[1])
        return None

    def _line(self, number: str, query: dict[str, str]) -> dict[str, Any]:
        known = self.twilio.line_types.get(number)
        line = {
            "type": known,
            "carrier_name": "Carrier" if known else None,
            "error_code": None if known else 60601,
        }
        is_asked = query.get("Fields") == "line_type_intelligence"
        return {
            "phone_number": number,
            "valid": True,
            "line_type_intelligence": line if is_asked else None,
            "url": self.path,
        }

    def _page(self, name: str, resources: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            name: resources,
            "page": 0,
            "page_size": 50,
            "next_page_uri": None,
            "uri": self.path,
        }

    def _authorised(self) -> bool:
        proof = f"{self.twilio.account}:{self.twilio.token}".encode()
        expected = "Basic " + base64.b64encode(proof).decode()
        return self.headers.get("Authorization") == expected

    def _resource(self, sent: Sent) -> dict[str, Any]:
        return {
            "sid": sent.sid,
            "account_sid": self.twilio.account,
            "to": sent.to,
            # The service chooses a number when it sends.
            "from": None if sent.service else sent.sender,
            "messaging_service_sid": sent.service,
            "body": sent.body,
            "status": sent.status,
            "num_segments": "1",
            "num_media": "0",
            "direction": sent.direction,
            "date_created": format_datetime(sent.at),
            "date_sent": None if sent.status == "queued" else format_datetime(sent.at),
            "date_updated": format_datetime(sent.at),
            "price": sent.price,
            "price_unit": sent.currency,
            "error_code": None,
            "error_message": None,
            "api_version": "2010-04-01",
            "uri": "",
            "subresource_uris": {},
        }

    def _error(self, status: int, code: int, message: str) -> None:
        self._answer(
            status,
            {"code": code, "message": message, "status": status, "more_info": ""},
        )

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self._write(status, json.dumps(body).encode())

    def _write(
        self, status: int, raw: bytes, content_type: str = "application/json"
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _drop(self) -> None:
        """Reset the connection without a word."""
        self.connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_: object) -> None:
        """Quiet: the test's own assertions tell."""

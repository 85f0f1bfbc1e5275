"""Gmail.

https://developers.google.com/workspace/gmail/api/reference/rest
"""

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses, parseaddr
from functools import partial

from apps.integrations import plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.capability import Capability
from apps.integrations.client import Query
from apps.integrations.mailboxes import MOST_READ, Draft, Letter, Mailbox, Message

_ME = "https://gmail.googleapis.com/gmail/v1/users/me"
_MESSAGES = f"{_ME}/messages"
_can = partial(Capability, "google")
_HEADERS = ["From", "To", "Subject"]
# Parts within parts: no mail program makes more.
_DEEPEST, _MOST_PARTS = 12, 100


class GoogleMail(Mailbox):
    capabilities = (
        _can("mail.list", "mail.read", "GET", _MESSAGES),
        _can("mail.read", "mail.read", "GET", f"{_MESSAGES}/{{message}}"),
        _can(
            "mail.draft",
            "mail.draft",
            "POST",
            f"{_ME}/drafts",
            is_write=True,
            is_repeatable=False,
        ),
        _can(
            "mail.send",
            "mail.send",
            "POST",
            f"{_MESSAGES}/send",
            is_write=True,
            is_repeatable=False,
        ),
    )

    def _messages(self, words: str, unread: bool, most: int) -> list[Message]:
        """The list has ids only: each is asked for by itself."""
        query: Query = {"maxResults": most}
        if words:
            query = {**query, "q": f"{words} is:unread" if unread else words}
        else:
            labels = ["INBOX", "UNREAD"] if unread else ["INBOX"]
            query = {**query, "labelIds": labels}
        ids = list[str]()
        asked = self.ask("mail.list")
        for page in asked.pages(query=query):
            ids += [str(each.get("id")) for each in asked.listed(page, "messages")]
            if len(ids) >= most:
                break
        one: Query = {"format": "metadata", "metadataHeaders": _HEADERS}
        read = self.ask("mail.read") if ids else None
        return [
            _message(read.call(steps={"message": each}, query=one))
            for each in ids[:most]
            if read
        ]

    def _read(self, message_id: str) -> Message:
        raw = self.ask("mail.read").call(
            steps={"message": message_id}, query={"format": "full"}
        )
        return _message(raw, text=_text(raw.get("payload")))

    def _draft(self, letter: Letter) -> Draft:
        body = {"message": {"raw": _raw(letter)}}
        raw = self.ask("mail.draft").call(body=body)
        return Draft(id=plain_text.line(raw.get("id")))

    def _send(self, letter: Letter) -> None:
        self.ask("mail.send").call(body={"raw": _raw(letter)})


FACET = GoogleMail


def _raw(letter: Letter) -> str:
    """RFC 5322; whose it is is written by Gmail."""
    mail = EmailMessage(policy=SMTP)
    mail["To"] = ", ".join(letter.to)
    if letter.cc:
        mail["Cc"] = ", ".join(letter.cc)
    mail["Subject"] = letter.subject
    mail.set_content(letter.text)
    return base64.urlsafe_b64encode(mail.as_bytes()).decode()


def _message(raw: Thing, text: str = "") -> Message:
    payload = raw.get("payload")
    rows = things(payload.get("headers")) if isinstance(payload, dict) else []
    headers = {
        str(row.get("name")).lower(): str(row.get("value", ""))[:10_000] for row in rows
    }
    name, sender = parseaddr(headers.get("from", ""))
    whom = [address for _, address in getaddresses([headers.get("to", "")]) if address]
    labels = raw.get("labelIds")
    return Message(
        id=plain_text.line(raw.get("id")),
        sender=plain_text.line(sender, 254),
        sender_name=plain_text.header(name, 100),
        to=tuple(plain_text.line(each, 254) for each in whom[:50]),
        subject=plain_text.header(headers.get("subject", "")),
        at=_at(raw.get("internalDate")),
        is_unread=isinstance(labels, list) and "UNREAD" in labels,
        # Gmail writes it as HTML.
        begins=plain_text.from_html(str(raw.get("snippet") or ""), 300),
        text=text,
    )


def _at(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _text(payload: object) -> str:
    """The plain text of it, or what a reader would see of its HTML."""
    parts = list(_parts(payload, _DEEPEST))[:_MOST_PARTS]
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get("mimeType") == kind and not part.get("filename"):
                found = _words(part)
                if kind == "text/html":
                    found = plain_text.from_html(found, MOST_READ)
                if found := plain_text.lines(found, MOST_READ):
                    return found
    return ""


def _parts(part: object, deep: int) -> Iterator[Thing]:
    if not isinstance(part, dict) or not deep:
        return
    yield part
    for each in things(part.get("parts"))[:_MOST_PARTS]:
        yield from _parts(each, deep - 1)


def _words(part: Thing) -> str:
    body = part.get("body")
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, str):
        return ""
    try:
        found = base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return ""
    mail = EmailMessage()
    for row in things(part.get("headers")):
        if (
            str(row.get("name")).lower() == "content-type"
            and "Content-Type" not in mail
        ):
            mail["Content-Type"] = " ".join(str(row.get("value")).split())
    charset = mail.get_content_charset("utf-8")
    try:
        return found.decode()  # what Gmail makes of most
    except UnicodeDecodeError:
        pass
    try:
        return found.decode(charset, errors="replace")
    except LookupError:
        return found.decode("latin-1")

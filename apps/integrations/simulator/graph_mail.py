"""Mail of Microsoft Graph. Demo people get each other's letters."""

import re
import secrets
from datetime import UTC, datetime

from apps.integrations.simulator import demo
from apps.integrations.simulator.graph import (
    SHAPES,
    existing,
    listed,
    selected,
    trouble,
)
from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.people import DEMO, Person, person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_READ = ("Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite")


@ROUTES.api("GET", "/v1.0/me/messages", SHAPES, "microsoft", *_READ)
def messages(call: Call) -> Answer:
    words = call.request.q("$search").strip('"').lower()
    unread = re.sub(r"\s+", " ", call.request.q("$filter")) == "isRead eq false"
    found = [
        letter
        for letter in _mailbox(call, call.person).all()
        if words in f"{letter['subject']} {letter['body']['content']}".lower()
        and not (unread and letter["isRead"])
    ]
    found.sort(key=lambda letter: letter["receivedDateTime"], reverse=True)
    return listed(call, "messages", [_letter_seen(call, each) for each in found])


@ROUTES.api(
    "GET", "/v1.0/me/mailFolders/{folder}/messages", SHAPES, "microsoft", *_READ
)
def folder(call: Call, folder: str) -> Answer:
    """The inbox and what was sent; a letter that names no folder came in."""
    unread = re.sub(r"\s+", " ", call.request.q("$filter")) == "isRead eq false"
    found = [
        letter
        for letter in _mailbox(call, call.person).all()
        if letter.get("folder", "inbox") == folder
        and not letter["isDraft"]
        and not (unread and letter["isRead"])
    ]
    found.sort(key=lambda letter: letter["receivedDateTime"], reverse=True)
    return listed(call, "messages", [_letter_seen(call, each) for each in found])


@ROUTES.api("GET", "/v1.0/me/messages/{message}", SHAPES, "microsoft", *_READ)
def message(call: Call, message: str) -> Answer:
    found = existing(_mailbox(call, call.person), message)
    return Answer(200, selected(call, _letter_seen(call, found)))


@ROUTES.api("POST", "/v1.0/me/messages", SHAPES, "microsoft", "Mail.ReadWrite")
def draft(call: Call) -> Answer:
    made = _letter(call, call.request.json(), sent=False)
    return Answer(201, _mailbox(call, call.person).put(made))


@ROUTES.api("POST", "/v1.0/me/sendMail", SHAPES, "microsoft", "Mail.Send")
def send(call: Call) -> Answer:
    given = call.request.json().get("message")
    recipients = _addresses(given) if isinstance(given, dict) else []
    if not isinstance(given, dict) or not recipients:
        words = "At least one recipient is not valid."
        raise Stop(trouble(400, "ErrorInvalidRecipients", words))
    if call.request.json().get("saveToSentItems", True) is not False:
        sent = _letter(call, given, sent=True) | {"isRead": True, "folder": "sent"}
        _mailbox(call, call.person).put(sent)
    for address in recipients:
        if address in {each.address for each in DEMO}:
            came = _letter(call, given, sent=True) | {"folder": "inbox"}
            _mailbox(call, person(address)).put(came)
    return Answer(202)


def _mailbox(call: Call, who: Person) -> Things:
    letters = []
    for given in demo.letters(who, call.state.now()):
        sender = {"name": given.sender, "address": given.address}
        to = {"emailAddress": {"name": who.name, "address": who.address}}
        at = given.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        letter = _blank(f"AAMkMail{given.key}=", at) | {
            "subject": given.subject,
            "body": {"contentType": "text", "content": given.text},
            "bodyPreview": " ".join(given.text.split())[:255],
            "from": {"emailAddress": sender},
            "sender": {"emailAddress": sender},
            "toRecipients": [to],
            "isRead": not given.is_unread,
            "isDraft": False,
        }
        letters.append(letter)
    return Things(call.state, "graph-mail", who.address, letters)


def _letter(call: Call, given: Thing, *, sent: bool) -> Thing:
    at = datetime.fromtimestamp(call.state.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = given.get("body", {"contentType": "text", "content": ""})
    whose = {"name": call.person.name, "address": call.person.address}
    made = _blank(f"AAMk{secrets.token_urlsafe(24)}=", at) | given
    preview = " ".join(str(body.get("content", "")).split())[:255]
    made |= {"body": body, "bodyPreview": preview, "isDraft": not sent}
    return made | {"from": {"emailAddress": whose}, "sender": {"emailAddress": whose}}


def _blank(name: str, at: str) -> Thing:
    return {
        "id": name,
        "conversationId": name,
        "receivedDateTime": at,
        "sentDateTime": at,
        "subject": "",
        "toRecipients": [],
        "ccRecipients": [],
        "isRead": False,
        "hasAttachments": False,
        "importance": "normal",
        "webLink": "https://outlook.live.com/mail/",
    }


def _letter_seen(call: Call, letter: Thing) -> Thing:
    hidden = {"folder"}
    if not call.has(*_READ[1:]):
        hidden |= {"body", "bodyPreview"}
    return {name: value for name, value in letter.items() if name not in hidden}


def _addresses(given: Thing) -> list[str]:
    found = []
    for name in ("toRecipients", "ccRecipients", "bccRecipients"):
        for each in given.get(name) or []:
            address = str(each.get("emailAddress", {}).get("address", "")).lower()
            found += [address] if "@" in address else []
    return found

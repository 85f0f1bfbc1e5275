"""Gmail: list, read, send, drafts, labels. Demo people get each other's letters.

https://developers.google.com/workspace/gmail/api/reference/rest
"""

import base64
import binascii
import secrets
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from apps.integrations.simulator import demo
from apps.integrations.simulator.google import AUTH, SHAPES, stop
from apps.integrations.simulator.messages import Answer
from apps.integrations.simulator.pages import BadCursor, cut
from apps.integrations.simulator.people import DEMO, Person, person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things

_ALL = "https://mail.google.com/"
_MODIFY = f"{AUTH}gmail.modify"
_READ = (_ALL, _MODIFY, f"{AUTH}gmail.readonly", f"{AUTH}gmail.metadata")
_DRAFT = (_ALL, _MODIFY, f"{AUTH}gmail.compose")
_SEND = (*_DRAFT, f"{AUTH}gmail.send")
_LABELS = ("INBOX", "UNREAD", "SENT", "DRAFT", "TRASH", "SPAM", "STARRED", "IMPORTANT")
_ME = "/gmail/v1/users/me"


@ROUTES.api("GET", f"{_ME}/messages", SHAPES, "google", *_READ)
def messages(call: Call) -> Answer:
    q = call.request.q
    if q("q") and not call.has(*_READ[:3]):
        words = "Metadata scope does not support 'q' parameter"
        raise stop(403, "forbidden", words, "PERMISSION_DENIED")
    wanted = call.request.all("labelIds")
    found = [
        letter
        for letter in mailbox(call, call.person).all()
        if set(wanted) <= set(letter["labelIds"]) and _matches(letter, q("q"))
    ]
    found.sort(key=lambda letter: (-int(letter["internalDate"]), letter["id"]))
    rows = [{"id": each["id"], "threadId": each["threadId"]} for each in found]
    asked, size = call.request.number("maxResults", 100), call.state.settings.page_size
    try:
        page = cut(rows, cursor=q("pageToken"), asked=asked, most=size, what="mail")
    except BadCursor as bad:
        raise stop(400, "invalidArgument", "Invalid pageToken") from bad
    said: Thing = {"resultSizeEstimate": len(rows)}
    said |= {"messages": page.items} if page.items else {}
    return Answer(200, said | ({"nextPageToken": page.next} if page.next else {}))


@ROUTES.api("GET", _ME + "/messages/{message}", SHAPES, "google", *_READ)
def message(call: Call, message: str) -> Answer:
    found = mailbox(call, call.person).get(message)
    if found is None:
        raise stop(404, "notFound", "Requested entity was not found.", "NOT_FOUND")
    kind = call.request.q("format", "full").lower()
    if kind in ("full", "raw") and not call.has(*_READ[:3]):
        words = "Metadata scope doesn't allow format FULL"
        raise stop(403, "forbidden", words, "PERMISSION_DENIED")
    return Answer(200, _shown(found, kind, call.request.all("metadataHeaders")))


@ROUTES.api("POST", f"{_ME}/messages/send", SHAPES, "google", *_SEND)
def send(call: Call) -> Answer:
    mail = _parsed(call.request.json())
    if not _recipients(mail):
        raise stop(
            400, "invalidArgument", "Recipient address required", "INVALID_ARGUMENT"
        )
    made = _keep(call, call.person, mail, ["SENT"])
    for address in _recipients(mail):
        if address in {each.address for each in DEMO}:
            _keep(call, person(address), mail, ["INBOX", "UNREAD"])
    return Answer(200, _short(made))


@ROUTES.api("POST", f"{_ME}/drafts", SHAPES, "google", *_DRAFT)
def draft(call: Call) -> Answer:
    made = _keep(
        call, call.person, _parsed(call.request.json().get("message")), ["DRAFT"]
    )
    return Answer(200, {"id": f"r{made['id']}", "message": _short(made)})


@ROUTES.api("GET", f"{_ME}/labels", SHAPES, "google", *_READ, f"{AUTH}gmail.labels")
def labels(call: Call) -> Answer:
    rows = [{"id": name, "name": name, "type": "system"} for name in _LABELS]
    return Answer(200, {"labels": rows})


@ROUTES.api("GET", f"{_ME}/profile", SHAPES, "google", *_READ, f"{AUTH}gmail.compose")
def profile(call: Call) -> Answer:
    total = len(mailbox(call, call.person).all())
    said = {"emailAddress": call.person.address, "historyId": "1"}
    return Answer(200, said | {"messagesTotal": total, "threadsTotal": total})


def mailbox(call: Call, who: Person) -> Things:
    letters = [_demo(who, each) for each in demo.letters(who, call.state.now())]
    return Things(call.state, "mail", who.address, letters)


def _demo(who: Person, given: demo.Letter) -> Thing:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = f"{given.sender} <{given.address}>"
    mail["To"] = f"{who.name} <{who.address}>"
    mail["Subject"] = given.subject
    mail["Date"] = format_datetime(given.at)
    mail["Message-ID"] = f"<demo{given.key}@example.org>"
    mail.set_content(given.text)
    labels = ["INBOX", "UNREAD"] if given.is_unread else ["INBOX"]
    return _letter(f"1900000000000d{given.key}", mail, labels, given.at)


def _letter(name: str, mail: EmailMessage, labels: list[str], at: datetime) -> Thing:
    return {
        "id": name,
        "threadId": name,
        "labelIds": labels,
        "internalDate": str(int(at.timestamp() * 1000)),
        "raw": base64.urlsafe_b64encode(mail.as_bytes()).decode(),
    }


def _keep(call: Call, who: Person, mail: EmailMessage, labels: list[str]) -> Thing:
    now = datetime.fromtimestamp(call.state.now(), UTC)
    if "From" not in mail:
        mail["From"] = call.person.address
    if "Date" not in mail:
        mail["Date"] = format_datetime(now)
    return mailbox(call, who).put(_letter(secrets.token_hex(8), mail, labels, now))


def _parsed(given: object) -> EmailMessage:
    raw = given.get("raw") if isinstance(given, dict) else None
    try:
        data = base64.urlsafe_b64decode(f"{raw}==") if isinstance(raw, str) else b""
    except binascii.Error:
        data = b""
    if not data:
        words = "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
        raise stop(400, "invalidArgument", words, "INVALID_ARGUMENT")
    return _mail(data)


def _mail(data: bytes) -> EmailMessage:
    return message_from_bytes(data, EmailMessage, policy=policy.SMTP)


def _recipients(mail: EmailMessage) -> list[str]:
    headers = [str(v) for n in ("To", "Cc", "Bcc") for v in mail.get_all(n, [])]
    return [address.lower() for _, address in getaddresses(headers) if "@" in address]


def _matches(letter: Thing, query: str) -> bool:
    mail = _mail(base64.urlsafe_b64decode(letter["raw"]))
    everything = f"{mail['From']} {mail['Subject']} {_text(mail)}".lower()
    for word in query.lower().split():
        name, _, value = word.partition(":")
        match name:
            case "is":
                held = (value == "unread") == ("UNREAD" in letter["labelIds"])
            case "in" | "label":
                held = value.upper() in letter["labelIds"]
            case "from" | "to" | "subject":
                held = value in str(mail[name]).lower()
            case _:
                held = word in everything
        if not held:
            return False
    return True


def _shown(letter: Thing, kind: str, names: list[str]) -> Thing:
    mail = _mail(base64.urlsafe_b64decode(letter["raw"]))
    said = {name: value for name, value in letter.items() if name != "raw"}
    said |= {"snippet": " ".join(_text(mail).split())[:120], "historyId": "1"}
    said["sizeEstimate"] = len(letter["raw"])
    if kind == "raw":
        return said | {"raw": letter["raw"]}
    if kind == "minimal":
        return said
    lower = [name.lower() for name in names]
    headers = [
        {"name": name, "value": str(value)}
        for name, value in mail.items()
        if kind == "full" or not lower or name.lower() in lower
    ]
    payload: Thing = {"mimeType": mail.get_content_type(), "headers": headers}
    if kind == "full":
        data = base64.urlsafe_b64encode(_text(mail).encode()).decode()
        payload |= {"partId": "", "filename": ""}
        payload["body"] = {"size": len(_text(mail)), "data": data}
    return said | {"payload": payload}


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    return str(part.get_content()) if part else ""


def _short(letter: Thing) -> Thing:
    return {name: letter[name] for name in ("id", "threadId", "labelIds")}

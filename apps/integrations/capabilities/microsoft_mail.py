"""Mail of Microsoft 365 and Outlook.com.

https://learn.microsoft.com/graph/api/resources/message
"""

from functools import partial

from apps.integrations import plain_text
from apps.integrations.answers import Thing, things
from apps.integrations.capability import Capability
from apps.integrations.client import Query
from apps.integrations.mailboxes import MOST_READ, Draft, Letter, Mailbox, Message

_ME = "https://graph.microsoft.com/v1.0/me"
_can = partial(Capability, "microsoft")
_SHOWN = "id,from,toRecipients,subject,receivedDateTime,isRead,bodyPreview,webLink"
_AS_TEXT = {"Prefer": 'outlook.body-content-type="text"'}


class MicrosoftMail(Mailbox):
    capabilities = (
        _can("mail.list", "mail.read", "GET", f"{_ME}/mailFolders/inbox/messages"),
        _can("mail.search", "mail.read", "GET", f"{_ME}/messages"),
        _can("mail.read", "mail.read", "GET", f"{_ME}/messages/{{message}}"),
        _can(
            "mail.draft",
            "mail.draft",
            "POST",
            f"{_ME}/messages",
            is_write=True,
            is_repeatable=False,
        ),
        _can(
            "mail.send",
            "mail.send",
            "POST",
            f"{_ME}/sendMail",
            is_write=True,
            is_repeatable=False,
        ),
    )

    def _messages(self, words: str, unread: bool, most: int) -> list[Message]:
        """A search takes neither a filter nor an order: what it finds is gone through
        here."""
        query: Query = {"$select": _SHOWN, "$top": most}
        if words:
            plain = " ".join(words.replace("\\", " ").replace('"', " ").split())
            name, query = "mail.search", {**query, "$search": f'"{plain}"'}
        elif unread:
            name, query = "mail.list", {**query, "$filter": "isRead eq false"}
        else:
            name, query = "mail.list", {**query, "$orderby": "receivedDateTime desc"}
        found = list[Message]()
        asked = self.ask(name)
        for page in asked.pages(query=query):
            read = [_message(raw) for raw in asked.listed(page, "value")]
            found += [each for each in read if each.is_unread or not unread]
            if len(found) >= most:
                break
        found.sort(key=lambda each: each.at.timestamp() if each.at else 0, reverse=True)
        return found[:most]

    def _read(self, message_id: str) -> Message:
        raw = self.ask("mail.read").call(
            steps={"message": message_id},
            query={"$select": f"{_SHOWN},body"},
            headers=_AS_TEXT,
        )
        return _message(raw, text=_text(raw.get("body")))

    def _draft(self, letter: Letter) -> Draft:
        raw = self.ask("mail.draft").call(body=_body(letter))
        link = plain_text.link(raw.get("webLink"))
        return Draft(id=plain_text.line(raw.get("id"), 1_000), link=link)

    def _send(self, letter: Letter) -> None:
        body = {"message": _body(letter), "saveToSentItems": True}
        self.ask("mail.send").call(body=body)


FACET = MicrosoftMail


def _body(letter: Letter) -> Thing:
    return {
        "subject": letter.subject,
        "body": {"contentType": "text", "content": letter.text},
        "toRecipients": [_whom(each) for each in letter.to],
        "ccRecipients": [_whom(each) for each in letter.cc],
    }


def _whom(address: str) -> Thing:
    return {"emailAddress": {"address": address}}


def _message(raw: Thing, text: str = "") -> Message:
    name, sender = _who(raw.get("from"))
    whom = [_who(each)[1] for each in things(raw.get("toRecipients"))]
    return Message(
        id=plain_text.line(raw.get("id"), 1_000),
        sender=sender,
        sender_name=name,
        to=tuple(whom[:50]),
        subject=plain_text.line(raw.get("subject")),
        at=plain_text.moment(raw.get("receivedDateTime")),
        is_unread=raw.get("isRead") is False,
        begins=plain_text.line(raw.get("bodyPreview")),
        text=text,
        link=plain_text.link(raw.get("webLink")),
    )


def _who(given: object) -> tuple[str, str]:
    """Name and address."""
    found = given.get("emailAddress") if isinstance(given, dict) else None
    if not isinstance(found, dict):
        return "", ""
    name, address = found.get("name"), found.get("address")
    return plain_text.line(name, 100), plain_text.line(address, 254)


def _text(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    content = str(body.get("content") or "")
    # It is asked for as text, and gives HTML all the same where it cannot.
    if str(body.get("contentType")).lower() == "html":
        return plain_text.from_html(content, MOST_READ)
    return plain_text.lines(content, MOST_READ)

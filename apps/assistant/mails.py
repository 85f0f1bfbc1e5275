"""Mail in a person's mailboxes: what is listed, which one is meant, what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from apps.assistant import elsewhere, phrases
from apps.assistant.conversations import Scene
from apps.assistant.needs import Need
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Proposal
from apps.core import errors
from apps.integrations import mailboxes
from apps.integrations.mailboxes import Mailbox, Message

MAILS = "mails"
LIST = Need("connect_mail", Mailbox, "mail.list")
READ = Need("connect_mail", Mailbox, "mail.read")
DRAFT = Need("connect_mail", Mailbox, "mail.draft")
SEND = Need("connect_mail", Mailbox, "mail.send")
# What two texts hold.
MOST_SHOWN = 6
# Of those that have a name in them, some are from another.
MOST_SEARCHED = 15
_NEVER = datetime.min.replace(tzinfo=UTC)


def find(
    scene: Scene, *, words: str = "", sender: str = "", unread: bool = False
) -> list[tuple[str, Message, str]]:
    """The newest of all mailboxes first, each with its mark, and where it is."""
    boxes: list[Mailbox] = LIST.met_by(scene.user)
    found = [
        (elsewhere.mark(mailbox, each.id), each, called(mailbox, boxes))
        for mailbox in boxes
        for each in mailbox.messages(
            words=words or sender,
            unread=unread,
            most=MOST_SEARCHED if sender else MOST_SHOWN,
        )
        if _is_from(each, sender)
    ]
    found.sort(key=lambda each: each[1].at or _NEVER, reverse=True)
    return found[:MOST_SHOWN]


def the_mail(scene: Scene, said: str) -> tuple[str, Message]:
    """The one that is meant, and its mark: its number, "it", or whom it is from. Raises
    errors.NotFound."""
    found = elsewhere.numbered(scene, MAILS, said)
    if not found and said:
        found = next((mark for mark, *_ in find(scene, sender=said)), "")
    if not found:
        raise errors.NotFound(phrases.say("which_mail"))
    mailbox, message = elsewhere.find(scene, READ, found)
    return found, mailbox.read(message)


def called(mailbox: Mailbox, boxes: list[Mailbox]) -> str:
    """The address of one of several at the same provider; "" where it is the only one."""
    provider = mailbox.connection.provider
    same = [each for each in boxes if each.connection.provider == provider]
    return mailbox.connection.label if len(same) > 1 else ""


def line(key: str, mailbox: str, **told: object) -> str:
    """A sentence that tells a mail, with the mailbox it is in where that is told."""
    subject = str(told["subject"])
    if mailbox:
        subject = phrases.say("mail_in", subject=subject, mailbox=mailbox)
    return phrases.say(key, **{**told, "subject": subject})


def where(scene: Scene, mark: str) -> str:
    """As `called`, of the mailbox that a mark leads to."""
    mailbox, _ = elsewhere.find(scene, READ, mark)
    return called(mailbox, READ.met_by(scene.user))


def addressed(to: str, mailbox: str) -> str:
    """To whom a mail goes, and from where, where that is told."""
    return phrases.say("mail_to_from", to=to, mailbox=mailbox) if mailbox else to


def sender(message: Message) -> str:
    return message.sender_name or message.sender


def subject(said: str) -> str:
    return said or phrases.say("mail_no_subject")


def answered(message: Message) -> str:
    """The subject of an answer to it."""
    said = message.subject
    is_answer = said.casefold().startswith("re:")
    return (said if is_answer else f"Re: {said}")[: mailboxes.MOST_SUBJECT].strip()


def letter(
    given: Mapping[str, str], *, to: str, text: str, subject: str, mailbox: str = ""
) -> Proposal:
    """What is going to be written, to whom, and from where if that is told. Raises
    errors.Invalid, and Ask where it says nothing yet."""
    to = mailboxes.address(to)
    if not text.strip():
        raise Ask(phrases.say("mail_text", to=to), arguments=given, slot="text")
    key = "mail_proposed" if subject else "mail_proposed_plain"
    says = phrases.say(key, to=addressed(to, mailbox), subject=subject, text=text)
    settled = {**given, "to": to, "subject": subject or short(text), "text": text}
    return Proposal(says, settled, about=to)


def _is_from(message: Message, sender: str) -> bool:
    said = f"{message.sender_name} {message.sender}".casefold()
    return all(word in said for word in sender.casefold().split())

"""Mailboxes of people, whoever keeps them.

    for mailbox in mailboxes.of(user):
        mailbox.messages()

What comes in is plain text, without what a reader would not see. What goes out is plain
text too, to addresses that are looked at first.
"""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.integrations import facets, plain_text
from apps.integrations.facets import Facet

MOST_MESSAGES = 25
MOST_RECIPIENTS = 50
MOST_SUBJECT, MOST_TEXT = 300, 50_000
# Of one that is read.
MOST_READ = 20_000


@dataclass(frozen=True)
class Message:
    """`text` is there once it was read; before that, how it begins."""

    id: str
    sender: str  # their address
    sender_name: str
    to: tuple[str, ...]
    subject: str
    at: datetime | None
    is_unread: bool
    begins: str
    text: str = ""
    link: str = ""


@dataclass(frozen=True)
class Letter:
    """One to be sent, or to lie in the drafts."""

    to: tuple[str, ...]
    subject: str
    text: str
    cc: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    id: str
    link: str = ""


class Mailbox(Facet):
    def messages(
        self, *, words: str = "", unread: bool = False, most: int = 10
    ) -> list[Message]:
        """The newest of the inbox first; with `words`, of everything that has them.

        Raises what `Client.call` does.
        """
        words = " ".join(words.split())[:200]
        return self._messages(words, unread, max(1, min(most, MOST_MESSAGES)))

    def read(self, message_id: str) -> Message:
        """With its text. Raises NotFound, and what `Client.call` does."""
        return self._read(message_id)

    def draft(
        self, *, to: Iterable[str], subject: str, text: str, cc: Iterable[str] = ()
    ) -> Draft:
        """It lies in the drafts; nobody is told. Raises Invalid, and what `Client.call`
        does: after OutcomeUnknown there may be one."""
        return self._draft(_letter(to, subject, text, cc))

    def send(
        self, *, to: Iterable[str], subject: str, text: str, cc: Iterable[str] = ()
    ) -> None:
        """It is sent. There is no way to ask for that twice and have it once: after
        OutcomeUnknown it may have gone, and nobody tries again by themselves.

        Raises Invalid for addresses and words that cannot be, and what `Client.call`
        does.
        """
        self._send(_letter(to, subject, text, cc))

    @abstractmethod
    def _messages(self, words: str, unread: bool, most: int) -> list[Message]: ...

    @abstractmethod
    def _read(self, message_id: str) -> Message: ...

    @abstractmethod
    def _draft(self, letter: Letter) -> Draft: ...

    @abstractmethod
    def _send(self, letter: Letter) -> None: ...


def of(user: User) -> list[Mailbox]:
    """A person's mailboxes where something works; `can` says what."""
    return facets.of(user, Mailbox)  # type: ignore[type-abstract]  # its kinds


def address(given: str) -> str:
    """As it goes into a mail: one address, its host in ASCII. Raises Invalid."""
    given = given.strip()
    try:
        validate_email(given)
        name, _, host = given.rpartition("@")
        host = host.encode("idna").decode()
        return Address(username=name, domain=host).addr_spec
    except (ValidationError, ValueError) as error:
        raise Invalid(f"“{given[:100]}” is no mail address.") from error


def _letter(
    to: Iterable[str], subject: str, text: str, cc: Iterable[str] = ()
) -> Letter:
    whom = tuple(dict.fromkeys(address(each) for each in to))
    copies = tuple(dict.fromkeys(address(each) for each in cc))
    if not whom:
        raise Invalid("Say to whom it goes.")
    if len(whom) + len(copies) > MOST_RECIPIENTS:
        raise Invalid(f"A mail goes to {MOST_RECIPIENTS} people at most.")
    if len(subject) > MOST_SUBJECT or len(subject.splitlines()) > 1:
        raise Invalid(f"A subject is one line of {MOST_SUBJECT} characters at most.")
    plain_text.insist_on([subject, text])
    if not text.strip():
        raise Invalid("There is nothing in it.")
    if len(text) > MOST_TEXT:
        raise Invalid(f"A mail has {MOST_TEXT:,} characters at most.")
    return Letter(whom, subject.strip(), text, copies)

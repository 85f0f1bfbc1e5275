"""Development mail: one `.eml` file a message, read again at `/dev/mail/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from apps.core.ids import uuid7


class EmailBackend(BaseEmailBackend):
    """Writes each message into `EMAIL_FILE_PATH`, newest name last."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            draft = folder / f"{uuid7()}.draft"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(draft.with_suffix(".eml"))
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    key: str
    subject: str
    sender: str
    recipient: str
    date: str
    text: str


def read_all(limit: int = 50) -> list[Mail]:
    """The newest messages first."""
    folder = Path(settings.EMAIL_FILE_PATH)
    paths = sorted(folder.glob("*.eml"), reverse=True)[:limit]
    return [_read(path) for path in paths]


def _read(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain", "html"))
    return Mail(
        key=path.stem,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipient=str(message["To"]),
        date=str(message["Date"]),
        text=body.get_content() if isinstance(body, Parsed) else "",
    )

"""Put a mail into the drafts, for the person to send.

Nobody is told, so it asks for no yes; we cannot take it out of there again, so it is no
change of own data.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import mails, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said
from apps.integrations.mailboxes import Mailbox


@dataclass(frozen=True)
class Arguments:
    to: str = said("one mail address")
    subject: str = said("the subject, or nothing")
    text: str = said("what the mail says")


def run(scene: Scene, arguments: Arguments) -> Result:
    given = asdict(arguments)
    settled = mails.letter(given, **given).arguments
    able: list[Mailbox] = mails.DRAFT.met_by(scene.user)
    mailbox = able[0]
    mailbox.draft(to=[settled["to"]], subject=settled["subject"], text=settled["text"])
    return Result(
        {
            "to": settled["to"],
            "subject": settled["subject"],
            "in": mailbox.connection.label,
            "mailbox": mails.called(mailbox, able),
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    to = mails.addressed(values["to"], values.get("mailbox", ""))
    return phrases.say("mail_drafted", to=to, subject=short(values["subject"]))


TOOL = Tool(
    name="mail.draft",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=mails.DRAFT,
    is_repeatable=False,
    examples=("draft a mail to ana@example.com: shall we meet on friday",),
)

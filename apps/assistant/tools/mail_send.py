"""Send a mail, once the person said yes to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from apps.assistant import mails, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Proposal, Result, Tool, said
from apps.integrations.mailboxes import Mailbox


@dataclass(frozen=True)
class Arguments:
    to: str = said("one mail address")
    subject: str = said("the subject, or nothing")
    text: str = said("what the mail says")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    given = asdict(arguments)
    return mails.letter(given, **given, mailbox=_mailbox(scene)[1])


def run(scene: Scene, arguments: Arguments) -> Result:
    mailbox, called = _mailbox(scene)
    mailbox.send(to=[arguments.to], subject=arguments.subject, text=arguments.text)
    return Result(
        {
            "to": arguments.to,
            "subject": arguments.subject,
            "from": mailbox.connection.label,
            "mailbox": called,
        }
    )


def _mailbox(scene: Scene) -> tuple[Mailbox, str]:
    """From which it goes, and how that is called where it is told."""
    able: list[Mailbox] = mails.SEND.met_by(scene.user)
    if not able:
        raise mails.SEND.missing()
    return able[0], mails.called(able[0], able)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    to = mails.addressed(values["to"], values.get("mailbox", ""))
    return phrases.say("mail_sent", to=to, subject=short(values["subject"]))


TOOL = Tool(
    name="mail.send",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=mails.SEND,
    is_repeatable=False,
    examples=(
        "email ana@example.com: the table is booked for eight",
        "send a mail to ana@example.com saying I am late",
    ),
)

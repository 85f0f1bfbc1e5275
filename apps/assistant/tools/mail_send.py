"""Send a mail, once the person said yes to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.needs import Need
from apps.assistant.targets import short
from apps.assistant.toolbox import Ask, Proposal, Result, Tool, said
from apps.integrations import mailboxes
from apps.integrations.mailboxes import Mailbox

NEED = Need("connect_mail", Mailbox, "mail.send")


@dataclass(frozen=True)
class Arguments:
    to: str = said("one mail address")
    subject: str = said("the subject, or nothing")
    text: str = said("what the mail says")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    to = mailboxes.address(arguments.to)
    given = {"to": to, "subject": arguments.subject, "text": arguments.text}
    if not arguments.text.strip():
        raise Ask(phrases.say("mail_text", to=to), arguments=given, slot="text")
    given["subject"] = arguments.subject or short(arguments.text)
    key = "mail_proposed" if arguments.subject else "mail_proposed_plain"
    says = phrases.say(key, to=to, subject=arguments.subject, text=arguments.text)
    return Proposal(says, given, about=to)


def run(scene: Scene, arguments: Arguments) -> Result:
    mailbox = NEED.met_by(scene.user)[0]
    mailbox.send(to=[arguments.to], subject=arguments.subject, text=arguments.text)
    return Result(
        {
            "to": arguments.to,
            "subject": arguments.subject,
            "from": mailbox.connection.label,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    return phrases.say("mail_sent", to=values["to"], subject=short(values["subject"]))


TOOL = Tool(
    name="mail.send",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=NEED,
    is_repeatable=False,
    examples=(
        "email ana@example.com: the table is booked for eight",
        "send a mail to ana@example.com saying I am late",
    ),
)

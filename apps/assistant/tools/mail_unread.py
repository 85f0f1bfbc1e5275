"""List mail: what is unread, is from somebody, or has certain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import mails, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Result, Tool, said


@dataclass(frozen=True)
class Arguments:
    sender: str = said("whom it is from, or nothing")
    words: str = said("words that stand in it; with neither, what is unread")


def run(scene: Scene, arguments: Arguments) -> Result:
    asked = arguments.words or arguments.sender
    found = mails.find(
        scene, words=arguments.words, sender=arguments.sender, unread=not asked
    )
    return Result(
        {
            "kind": mails.MAILS,
            "shown": [mark for mark, *_ in found],
            "asked": asked,
            "lines": [
                [mails.sender(each), mails.subject(each.subject), mailbox]
                for _, each, mailbox in found
            ],
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    if not values["lines"]:
        key = "no_mail_about" if values["asked"] else "no_unread"
        return phrases.say(key, words=short(values["asked"]))
    lines = [
        mails.line(
            "mail_line",
            "".join(where),
            number=number,
            sender=short(sender),
            subject=short(subject),
        )
        for number, (sender, subject, *where) in enumerate(values["lines"], start=1)
    ]
    head = phrases.say("mail_head" if values["asked"] else "unread_head")
    return "\n".join([head, *lines])


TOOL = Tool(
    name="mail.unread",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=mails.LIST,
    is_untrusted=True,
    examples=("unread", "any mail?", "mail from Ana", "mail about the invoice"),
)

"""Read one mail out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import elsewhere, mails
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.toolbox import Result, Tool, said

# Ten texts of MORE: who reads on does so at a screen.
LONGEST = 1_500


@dataclass(frozen=True)
class Arguments:
    target: str = said("its number on the list last shown, or whom it is from")


def run(scene: Scene, arguments: Arguments) -> Result:
    mark, message = mails.the_mail(scene, arguments.target)
    lines = (message.text or message.begins).splitlines()
    # Empty lines cost as much as words.
    text = "\n".join(line.strip() for line in lines if line.strip())
    return Result(
        {
            **elsewhere.spoken_of(scene, mails.MAILS, mark),
            "sender": mails.sender(message),
            "subject": mails.subject(message.subject),
            "mailbox": mails.where(scene, mark),
            "text": text[:LONGEST].rstrip(),
            "is_cut": len(text) > LONGEST,
        }
    )


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    key = "mail_read_cut" if values["is_cut"] else "mail_read"
    return mails.line(
        key,
        values.get("mailbox", ""),
        sender=values["sender"],
        subject=values["subject"],
        text=values["text"],
    )


TOOL = Tool(
    name="mail.read",
    risk=Risk.READ,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    needs=mails.READ,
    is_untrusted=True,
    examples=("read mail 2", "read the mail from Ana"),
)

"""Answer a mail, once the person said yes to the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.assistant import elsewhere, mails, phrases
from apps.assistant.conversations import Scene
from apps.assistant.models import Risk
from apps.assistant.targets import short
from apps.assistant.toolbox import Proposal, Result, Tool, said
from apps.integrations.mailboxes import Mailbox


@dataclass(frozen=True)
class Arguments:
    target: str = said("number of the mail on the list last shown; nothing for it")
    text: str = said("what the answer says")


def propose(scene: Scene, arguments: Arguments) -> Proposal:
    mark, message = mails.the_mail(scene, arguments.target)
    given = {"target": f"{elsewhere.BY_MARK}{mark}", "text": arguments.text}
    letter = mails.letter(
        given,
        to=message.sender,
        subject=mails.answered(message),
        text=arguments.text,
        mailbox=_mailbox(scene, mark)[1],
    )
    return Proposal(letter.sentence, given, about=letter.about)


def run(scene: Scene, arguments: Arguments) -> Result:
    mark, message = mails.the_mail(scene, arguments.target)
    (mailbox, called), subject = _mailbox(scene, mark), mails.answered(message)
    mailbox.send(to=[message.sender], subject=subject, text=arguments.text)
    return Result(
        {
            "to": message.sender,
            "subject": subject,
            "from": mailbox.connection.label,
            "mailbox": called,
        }
    )


def _mailbox(scene: Scene, mark: str) -> tuple[Mailbox, str]:
    """From which it goes, and how that is called where it is told: from where the mail
    came, if that may send."""
    able: list[Mailbox] = mails.SEND.met_by(scene.user)
    account = elsewhere.find(scene, mails.READ, mark)[0].connection
    own = [each for each in able if each.connection.pk == account.pk]
    if not able:
        raise mails.SEND.missing()
    mailbox = (own or able)[0]
    return mailbox, mails.called(mailbox, able)


def receipt(scene: Scene, values: Mapping[str, Any]) -> str:
    to = mails.addressed(values["to"], values.get("mailbox", ""))
    return phrases.say("mail_sent", to=to, subject=short(values["subject"]))


TOOL = Tool(
    name="mail.reply",
    risk=Risk.OUTWARD,
    arguments=Arguments,
    run=run,
    receipt=receipt,
    propose=propose,
    needs=mails.SEND,
    is_repeatable=False,
    is_untrusted=True,
    examples=("reply to 2: thanks, see you there", "reply to mail 1 saying yes"),
)

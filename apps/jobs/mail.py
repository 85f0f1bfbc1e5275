"""Letters by e-mail: a row and a job in the caller's transaction, sent by a worker.

    mail.post(message, name="password_changed", person=user)

Whatever else is sent by Django goes the same way: `EmailBackend` is its mail backend.
`POST_BACKEND` hands letters over: SMTP, a provider, the files of `/dev/mail/`.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models.functions import Now
from prometheus_client import Counter

from apps.core import vault
from apps.core.errors import OutsideFailure
from apps.core.ids import uuid7
from apps.core.kinds import Queue, job
from apps.core.logs import logger
from apps.core.rotation import Sealed
from apps.jobs import categories, jobs, progress, refusals, suppressions, unsubscribing
from apps.jobs.leases import LeaseLost
from apps.jobs.models import Letter, Suppression

ENDED = Counter("switchboard_letters_total", "Letters sent or refused", ["outcome"])

# What a dead letter may be sent back within; its codes and links are older than that.
_KEPT = "7 days"
_GIVE_UP = f"""
UPDATE jobs_letter letter SET state = 'failed',
    finished_at = coalesce(letter.finished_at, now()),
    sealed = CASE WHEN job.state = 'dead'
        AND coalesce(letter.finished_at, now()) > now() - interval '{_KEPT}'
        THEN letter.sealed ELSE '' END
FROM jobs_job job
WHERE job.id = letter.job_id AND job.state IN ('dead', 'dropped', 'cancelled')
    AND NOT letter.sealed = '' AND letter.state IN ('queued', 'failed')
    AND (letter.state = 'queued' OR NOT job.state = 'dead'
        OR letter.finished_at <= now() - interval '{_KEPT}')
"""


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            post(message)
        return len(email_messages)


def post(
    message: EmailMessage,
    *,
    name: str = "",
    person: Any = None,
    category: str = "",
    is_proof: bool = False,
    has_reader: bool = True,
) -> None:
    """Send it once the transaction stands. Two statements for each address.

    `name`: which letter. `category`: what it is about, where the person may do without
    (`categories.py`); their mail program then offers to unsubscribe. `is_proof`: it
    proves the address it goes to. A letter without `has_reader` costs the same and is
    thrown away by the worker. Raises ValueError for attachments, for a category that
    nobody declares, and for one without a person.
    """
    if message.attachments:
        raise ValueError("letters carry no attachments")
    if category:
        if person is None or categories.named(category) is None:
            raise ValueError(f"nobody can choose to get no letters about {category!r}")
        message.extra_headers |= unsubscribing.headers(person, category)
    with transaction.atomic(savepoint=False):
        for address in message.recipients():
            public_id = uuid7()
            Letter.objects.create(
                public_id=public_id,
                person=person,
                to=address if has_reader else "",
                name=name,
                category=category,
                is_proof=is_proof,
                subject=str(message.subject)[:200],
                sealed=vault.seal(_packed(message), place=_place(public_id)),
                job_id=jobs.enqueue(deliver, str(public_id)),
            )


@job("jobs.letter", queue=Queue.MAIL)
def deliver(public_id: str) -> None:
    """Hand a letter over, once. Raises OutsideFailure when it may be taken later."""
    letter = Letter.objects.unsent().filter(public_id=public_id).first()
    if letter is None:
        return
    if not letter.to:
        letter.delete()
        return
    if why := _why_not(letter):
        _over(letter, Letter.State.REFUSED, reason=why)
        return
    refusal = _hand_over(letter)
    if refusal is None:
        return
    if refusal.is_bounce:
        suppressions.suppress(letter.to, Suppression.Why.BOUNCE, refusal.words)
    if refusal.is_about_us:
        Letter.objects.filter(pk=letter.pk).update(refused_at=Now())
    if refusal.is_for_good:
        _over(letter, Letter.State.REFUSED, reason=refusal.words)
        return
    Letter.objects.filter(pk=letter.pk).update(reason=refusal.words)
    # Not the words: they stay with the letter, and the job is for more eyes.
    raise OutsideFailure("The letter was not taken.", code=refusal.code)


def give_up() -> None:
    """Those whose job is dead have failed; the words of those that are dropped, or dead
    for long, are destroyed."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_UP)


def are_on_the_way() -> bool:
    """Whether a worker should be handing letters over right now."""
    return Letter.objects.filter(
        state=Letter.State.QUEUED,
        job__state__in=["waiting", "running"],
        job__due_at__lte=Now(),
    ).exists()


def _why_not(letter: Letter) -> str:
    """A proof is tried where letters bounced, or nobody could ever show that their
    mailbox is back."""
    if letter.category and not unsubscribing.wants(letter.person_id, letter.category):
        return "They do not want these letters."
    found = suppressions.of(letter.to)
    if found is None or (letter.is_proof and found.why == Suppression.Why.BOUNCE):
        return ""
    return f"Not written to since {found.at:%Y-%m-%d}. {found.sentence}"[:300]


def _hand_over(letter: Letter) -> refusals.Refusal | None:
    """What speaks against it, if it was not taken. Raises LeaseLost: then another
    hands it over."""
    message = _unpacked(letter)
    office = get_connection(settings.POST_BACKEND)
    try:
        office.open()
        progress.insist()
        office.send_messages([message])
    except LeaseLost:
        raise
    except Exception as error:
        # Whatever it is: where the letter stands has to be kept.
        refusal = refusals.read(error)
        logger.warning("mail_not_sent", letter=letter.pk, why=refusal.code)
        return refusal
    else:
        # Before the goodbye: a worker that dies from here on sends it no more.
        _over(letter, Letter.State.SENT, provider_id=_known_as(message))
        return None
    finally:
        with suppress(OSError):
            office.close()


def _over(letter: Letter, state: str, **facts: Any) -> None:
    """Its words are not needed any more."""
    Letter.objects.filter(pk=letter.pk).update(
        state=state, sealed="", finished_at=Now(), **{"reason": "", **facts}
    )
    ENDED.labels(state).inc()


def _known_as(message: EmailMessage) -> str:
    status = getattr(message, "anymail_status", None)
    given = getattr(status, "message_id", None)
    return str(given or message.extra_headers.get("Message-ID", ""))[:255]


def _packed(message: EmailMessage) -> str:
    """All that makes it what it is. Its name is given here, once, so that a mailbox that
    gets it twice can tell."""
    sender = str(message.from_email)
    domain = parseaddr(sender)[1].rpartition("@")[2] or None
    headers = {
        "Message-ID": make_msgid(domain=domain),
        "Date": formatdate(usegmt=True),
        **{name: str(value) for name, value in message.extra_headers.items()},
    }
    return json.dumps(
        {
            "subject": str(message.subject),
            "body": str(message.body),
            "alternatives": [
                [str(content), kind]
                for content, kind in getattr(message, "alternatives", ())
            ],
            "from_email": sender,
            "reply_to": list(message.reply_to),
            "headers": headers,
        }
    )


def _unpacked(letter: Letter) -> EmailMultiAlternatives:
    """Raises vault.Unreadable."""
    plain = vault.unseal(letter.sealed, place=_place(letter.public_id))
    kept = json.loads(plain)
    if settings.MAIL_PROVIDER:
        # They give their own, and some refuse others.
        for name in ("Message-ID", "Date"):
            kept["headers"].pop(name, None)
    return EmailMultiAlternatives(to=[letter.to], **kept)


def _place(public_id: Any) -> str:
    return f"jobs.letter:{public_id}"


SEALED = Sealed(Letter, place=lambda letter: _place(letter.public_id))

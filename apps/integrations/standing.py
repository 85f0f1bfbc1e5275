"""How a connection stands, in words, and how that changes.

Whoever has to do something is told once, by a letter; what is our own fault marks
nobody.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import letters
from apps.core import languages
from apps.integrations import history
from apps.integrations.models import Connection
from apps.rbac import audit

Status, Reason = Connection.Status, Connection.Reason

TONES = {
    Status.CONNECTED.value: "ok",
    Status.LIMITED.value: "warn",
    Status.ATTENTION.value: "bad",
    Status.PAUSED.value: "neutral",
    Status.ENDED.value: "neutral",
}


@dataclass(frozen=True)
class Words:
    why: str
    next_step: str


_WORDS = {
    Reason.PARTIAL.value: Words(
        "{name} did not allow everything that you switched on.",
        "Allow the rest, or switch it off.",
    ),
    Reason.TROUBLE.value: Words(
        "{name} does not answer as it should right now.",
        "Nothing to do: we keep trying.",
    ),
    Reason.REFUSED.value: Words(
        "{name} takes our permission no more: it was taken back there, ran out, or your "
        "password there was changed.",
        "Connect it once more.",
    ),
    Reason.AGAIN.value: Words(
        "{name} wants to see you sign in there again.",
        "Connect it once more.",
    ),
    Reason.NEVER_RENEWED.value: Words(
        "{name} gave us nothing to renew its permission with, and it has run out.",
        "Connect it once more.",
    ),
    Reason.OWNER.value: Words(
        "You paused it. Nothing is read or written there.", "Resume it when you like."
    ),
    Reason.OPERATOR.value: Words(
        "It was paused by us. Nothing is read or written there.", "Ask us why."
    ),
    Reason.PANIC.value: Words(
        "It was paused when you stopped everything at once.",
        "Resume it when you are sure of your account.",
    ),
    Reason.REVOKED.value: Words(
        "All connections to {name} were ended here for safety.",
        "Connect it once more when you like.",
    ),
}
_FINE = Words("", "")


def words(connection: Connection) -> Words:
    """Why it stands as it does, and what its person can do. Empty when all is well."""
    found = _WORDS.get(connection.reason, _FINE)
    name = connection.declared.name
    return Words(_said(found.why, name), _said(found.next_step, name))


def _said(sentence: str, name: str) -> str:
    return gettext(sentence).format(name=name) if sentence else ""


def change(connection: Connection, status: str, reason: str = "") -> bool:
    """Under its lock; whether that was a change. Told to its person once where they have
    to do something."""
    if (connection.status, connection.reason) == (status, reason):
        return False
    before = {"status": connection.status, "reason": connection.reason}
    connection.status, connection.reason = status, reason
    tells = status == Status.ATTENTION and connection.told_at is None
    if tells:
        connection.told_at = timezone.now()
    elif status in Connection.USABLE:
        connection.told_at = None
    connection.save(update_fields=["status", "reason", "told_at"])
    history.record(
        history.Kind.STATUS,
        provider=connection.declared,
        connection=connection,
        outcome=status,
        code=reason,
    )
    audit.done(
        "integrations.connection.status",
        subject=connection.user,
        obj=connection,
        before=before,
        after={"status": status, "reason": reason},
    )
    if tells:
        _tell(connection)
    return True


def tell_ended(connection: Connection) -> None:
    """Its person, that somebody else ended it."""
    letters.tell(
        connection.user,
        "connection_ended",
        provider=connection.declared.name,
        account=connection.label,
        connections_url=letters.public(reverse("integrations:connections")),
    )


def _tell(connection: Connection) -> None:
    with languages.speaking(connection.user.locale):
        said = words(connection)
    page = reverse("integrations:connection", args=[connection.public_id])
    letters.tell(
        connection.user,
        "connection_attention",
        provider=connection.declared.name,
        account=connection.label,
        why=said.why,
        next_step=said.next_step,
        connection_url=letters.public(page),
    )

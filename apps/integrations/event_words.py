"""What happened with a connection, in a sentence for its person."""

from dataclasses import dataclass

from django.utils.translation import gettext

from apps.integrations.models import Connection, OAuthEvent

Kind, Status = OAuthEvent.Kind, Connection.Status


@dataclass(frozen=True)
class Told:
    words: str
    tone: str = "quiet"


# By kind and outcome; {name} is the provider.
_WORDS = {
    (Kind.STARTED, "started"): Told("You left for {name}"),
    (Kind.CONNECTED, "connected"): Told("Connected", "ok"),
    (Kind.CONNECTED, "partial"): Told("Connected, not everything allowed", "warn"),
    (Kind.REFRESH, "renewed"): Told("Permission renewed", "ok"),
    (Kind.REFRESH, "refused"): Told("{name} takes our permission no more", "bad"),
    (Kind.REFRESH, "again"): Told("{name} wants to see you sign in again", "bad"),
    (Kind.REFRESH, "client_error"): Told("Not renewed: our own fault", "warn"),
    (Kind.REFRESH, "transient"): Told("Not renewed: {name} was not ready", "warn"),
    (Kind.REFRESH, "protocol"): Told("Not renewed: {name} answered oddly", "warn"),
    (Kind.REFRESH, "lost_response"): Told("Not renewed: no answer came", "warn"),
    (Kind.REVOKE, "no_address"): Told("{name} has no way for us to take it back"),
    (Kind.STATUS, Status.CONNECTED.value): Told("It works", "ok"),
    (Kind.STATUS, Status.LIMITED.value): Told("Limited", "warn"),
    (Kind.STATUS, Status.ATTENTION.value): Told("Needs attention", "bad"),
    (Kind.STATUS, Status.PAUSED.value): Told("Paused"),
    (Kind.STATUS, Status.ENDED.value): Told("Disconnected"),
}
_REASONS = dict(Connection.Reason.choices)


def told(event: OAuthEvent, name: str) -> Told:
    """`name` is its provider's."""
    found = _WORDS.get((Kind(event.kind), event.outcome))
    if found is None:
        return Told(f"{event.get_kind_display()}: {event.outcome.replace('_', ' ')}")
    words = gettext(found.words).format(name=name)
    if event.kind == Kind.STATUS and event.code:
        words = f"{words}: {_lowered(str(_REASONS.get(event.code, event.code)))}"
    return Told(words, found.tone)


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]

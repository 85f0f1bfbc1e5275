"""What a person was asked and what they said: one row for each, never changed."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from apps.accounts.models import User
from apps.integrations.models import Connection, Consent
from apps.integrations.provider import Provider
from apps.rbac import origins

Event, Channel = Consent.Event, Consent.Channel

# A new edition whenever the words of a feature or of the page change their meaning.
TEXT_VERSION = "2026-11"


def record(
    event: str,
    *,
    user: User,
    provider: Provider,
    channel: str,
    connection: Connection | None = None,
    features: Collection[str] = (),
    asked: Collection[str] = (),
    granted: Collection[str] = (),
    by: Any = None,
) -> Consent:
    """In the caller's transaction. `by`: who said it, if not its person."""
    place = origins.current().place
    actor = getattr(by, "pk", None)
    return Consent.objects.create(
        user=user,
        provider=provider.id,
        connection=connection.public_id if connection else None,
        account=connection.label if connection else "",
        event=event,
        features=list(features),
        scopes_asked=list(asked),
        scopes_granted=list(granted),
        text_version=TEXT_VERSION,
        text=words(provider, features),
        channel=channel,
        actor_id=actor if actor != user.pk else None,
        address=place.get("address") or None,
        browser=str(place.get("browser") or "")[:200],
    )


def words(provider: Provider, features: Collection[str]) -> str:
    """What the page says of the features, as it says it."""
    chosen = provider.chosen(features)
    return "\n".join(f"{gettext(each.title)}. {gettext(each.words)}" for each in chosen)


def of(user: User, connection: UUID) -> Any:
    """The newest first."""
    return Consent.objects.owned_by(user).filter(connection=connection)

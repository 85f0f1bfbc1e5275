"""A provider that refuses us, not its people: nothing is renewed there, nobody is
marked, and operators are told.

It opens by itself when the provider refuses our client, or refuses many people within
minutes: a wrong clock, a changed secret and a bad day there all look like that. Every
few minutes one renewal is tried; the first that goes well closes it. What an operator
stopped stays stopped until an operator says otherwise.
"""

from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from apps.core.errors import Conflict
from apps.integrations import history
from apps.integrations import provider as shelf
from apps.integrations.models import Connection, OAuthEvent, ProviderState
from apps.integrations.provider import Provider
from apps.rbac import audit

Reason = ProviderState.Reason

TRY_EVERY = timedelta(minutes=5)
# One person in five, of twenty at least: no two people leave a provider at once like that.
_WAVE_WITHIN = timedelta(minutes=10)
_WAVE_OF, _WAVE_PERCENT = 20, 20


def is_closed(provider: Provider) -> bool:
    """Whether a token of this provider may be renewed now. While it is open, yes for one
    caller every few minutes."""
    state = ProviderState.objects.filter(provider=provider.id).first()
    if state is None or not state.is_open:
        return True
    now = timezone.now()
    if state.reason == Reason.OPERATOR or state.try_at is None or state.try_at > now:
        return False
    mine = ProviderState.objects.filter(provider=provider.id, try_at=state.try_at)
    return bool(mine.update(try_at=now + TRY_EVERY))


def went_well(provider: Provider) -> None:
    """A renewal did. Belongs into its transaction."""
    theirs = ProviderState.objects.filter(provider=provider.id, opened_at__isnull=False)
    if theirs.exclude(reason=Reason.OPERATOR).update(
        opened_at=None, reason=Reason.NONE, try_at=None
    ):
        history.record(history.Kind.BREAKER, provider=provider, outcome="closed")


def open_for(provider: Provider, reason: str) -> None:
    """In the caller's transaction; one that is open stays as it is."""
    now = timezone.now()
    ProviderState.objects.get_or_create(provider=provider.id)
    shut = ProviderState.objects.filter(provider=provider.id, opened_at=None)
    if shut.update(opened_at=now, reason=reason, try_at=now + TRY_EVERY):
        history.record(history.Kind.BREAKER, provider=provider, outcome=reason)


def is_wave(provider: Provider) -> bool:
    """Whether so many people are refused that it cannot be about each of them."""
    lately = OAuthEvent.objects.filter(
        provider=provider.id,
        kind=OAuthEvent.Kind.REFRESH,
        at__gt=timezone.now() - _WAVE_WITHIN,
    )
    # Never what one person does over and over.
    refused = Count("user", filter=Q(outcome="refused"), distinct=True)
    found = lately.aggregate(all=Count("user", distinct=True), refused=refused)
    return bool(
        found["all"] >= _WAVE_OF
        and found["refused"] * 100 > found["all"] * _WAVE_PERCENT
    )


def is_wave_of_calls(provider: Provider) -> bool:
    """The same of its API: whether it refuses tokens that it gave a moment ago, of so
    many people that it cannot be about each of them."""
    since = timezone.now() - _WAVE_WITHIN
    refused = OAuthEvent.objects.filter(
        provider=provider.id,
        kind=OAuthEvent.Kind.CALL_REFUSED,
        outcome="refused",
        at__gt=since,
    ).aggregate(people=Count("user", distinct=True))["people"]
    used = Connection.objects.filter(
        provider=provider.id, last_used_at__gt=since
    ).aggregate(people=Count("user", distinct=True))["people"]
    return bool(refused >= _WAVE_OF and refused * 100 > used * _WAVE_PERCENT)


@transaction.atomic
def switch(*, by: Any, provider: Provider, stop: bool, words: str = "") -> None:
    """An operator stops or lets go again what is renewed at a provider, for a reason.
    Raises Conflict where it is so already."""
    ProviderState.objects.get_or_create(provider=provider.id)
    state = ProviderState.objects.select_for_update().get(provider=provider.id)
    is_so = state.reason == Reason.OPERATOR if stop else state.reason == Reason.NONE
    if is_so:
        raise Conflict(f"It is {'stopped' if stop else 'not stopped'} already.")
    state.opened_at = timezone.now() if stop else None
    state.reason = Reason.OPERATOR if stop else Reason.NONE
    state.try_at = None
    state.save()
    outcome = "operator" if stop else "closed"
    history.record(history.Kind.BREAKER, provider=provider, outcome=outcome)
    audit.done(
        "integrations.providerstate.change",
        actor=by,
        obj=state,
        words=words,
        after={"provider": provider.id, "stopped": stop},
    )


def enter(**_: Any) -> None:
    """A row for each provider, for operators to see and to switch."""
    if ProviderState._meta.db_table not in database.introspection.table_names():
        return  # on the way back
    ProviderState.objects.bulk_create(
        (ProviderState(provider=name) for name in shelf.ids()), ignore_conflicts=True
    )

"""What of the connections stands on the front page of the console."""

from collections.abc import Iterator

from django.urls import reverse

from apps.integrations import provider as shelf
from apps.integrations.models import Connection, ProviderState
from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Notice, Tile, Watch, counted


def _live() -> int:
    return counted(Connection.objects.live())


def _page() -> str:
    return reverse("admin:integrations_connection_changelist")


def _stopped() -> Iterator[Notice]:
    page = reverse("admin:integrations_providerstate_changelist")
    for state in ProviderState.objects.filter(opened_at__isnull=False):
        name = shelf.named(state.provider).name
        why = state.get_reason_display()
        tone = "warn" if state.reason == ProviderState.Reason.OPERATOR else "bad"
        yield Notice(f"Nothing is renewed at {name}: {why.lower()}.", page, tone)


TILES = (Tile("Connections", _live, _page, Permission.CONNECTION_VIEW),)
ATTENTION = (Watch(_stopped, Permission.PROVIDER_VIEW),)

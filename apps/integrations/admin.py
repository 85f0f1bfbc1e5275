"""The console's view of connections: how they stand, what was said, never a token."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.admin.utils import display_for_value
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from apps.core.admin import ReadOnlyInline
from apps.integrations import breaker, granted, health, operators
from apps.integrations import provider as shelf
from apps.integrations import standing, tokens
from apps.integrations.models import (
    Connection,
    Consent,
    OAuthEvent,
    ProviderState,
    Usage,
)
from apps.rbac.catalog import Permission
from apps.rbac.console.actions import confirmed
from apps.rbac.console.belongings import Shown
from apps.rbac.console.pages import Page
from apps.rbac.console.typed import Typed

# Providers are set up in the settings, and tokens of sign-ins are not kept.
admin.site.unregister((SocialAccount, SocialApp, SocialToken))


class ProviderFilter(admin.SimpleListFilter):
    """Those on the shelf; the table is not read for them."""

    title = "provider"
    parameter_name = "provider"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return shelf.choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        return queryset.filter(provider=self.value()) if self.value() else queryset


class ConnectionsPage(Page):
    task = "Connections"
    owner = "user"


class EventInline(ReadOnlyInline):
    model = OAuthEvent
    fields = ("at", "kind", "outcome", "code", "milliseconds")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of a month: a connection that is renewed every hour has thousands."""
        since = timezone.now() - timedelta(days=30)
        return super().get_queryset(request).filter(at__gt=since)


class UsageInline(ReadOnlyInline):
    model = Usage
    fields = ("day", "capability", "calls", "failures", "milliseconds")
    ordering = ("-day", "capability")

    def get_queryset(self, request: HttpRequest) -> Any:
        since = timezone.now().date() - timedelta(days=30)
        return super().get_queryset(request).filter(day__gt=since)


@confirmed(
    "Pause",
    done="paused {}",
    consequence="Nothing is read, written or renewed until an operator resumes it.",
    permission=Permission.CONNECTION_CHANGE,
    # One that its person paused they could resume; ours they cannot.
    when=lambda row: row.is_live and not row.is_paused_by_us,
)
def pause(request: Any, row: Any, reason: str) -> None:
    operators.pause(by=request.user, row=row, reason=reason)


@confirmed(
    "Resume",
    done="resumed {}",
    consequence="The assistant may use it again.",
    permission=Permission.CONNECTION_CHANGE,
    when=lambda row: row.status == Connection.Status.PAUSED,
)
def resume(request: Any, row: Any, reason: str) -> None:
    operators.resume(by=request.user, row=row, reason=reason)


@confirmed(
    "Renew now",
    done="renewed the token of {}",
    consequence="A new access token is asked for, whether or not it is time.",
    permission=Permission.CONNECTION_CHANGE,
    when=lambda row: row.is_usable,
)
def renew(request: Any, row: Any, reason: str) -> None:
    tokens.renew_now(row)


def _provider(row: Connection, _: bool) -> Typed:
    name = dict(shelf.choices()).get(row.provider, row.provider)
    return Typed(f"Type the name of the provider, {name}", name)


@confirmed(
    "Disconnect",
    done="disconnected {}",
    is_grave=True,
    typed=_provider,
    consequence="Its secrets are removed at once, and the grant is taken back at the "
    "provider where that ends nothing else. Its person is told.",
    permission=Permission.CONNECTION_DELETE,
    when=lambda row: row.ended_at is None,
)
def disconnect(request: Any, row: Any, reason: str) -> None:
    operators.disconnect(by=request.user, row=row, reason=reason)


@admin.register(Connection)
class ConnectionAdmin(ConnectionsPage):
    pii = ("label", "uid")
    found_by = ("public_id",)
    mentioned_by = ("label",)
    on_person = Shown.ROWS
    nothing = "Nobody has connected an account yet."
    list_display = (
        "provider",
        "label",
        "user",
        "status",
        "reason",
        "last_used_at",
        "failures",
    )
    list_filter = (ProviderFilter, "status", "reason")
    list_select_related = ("user",)
    search_fields = (
        "=public_id",
        "user__email_canonical__startswith",
        "label__startswith",
    )
    search_help_text = "A public id, or the beginning of an address"
    ordering = ("-id",)
    fields = (
        "public_id",
        "provider",
        "label",
        "uid",
        "user",
        "status",
        "reason",
        "in_words",
        "features",
        "what_was_granted",
        "renewed",
        "connected_at",
        "last_used_at",
        "failures",
        "next_attempt_at",
        "told_at",
        "ended_at",
    )
    actions = (pause, resume, renew, disconnect)
    inlines: ClassVar = [UsageInline, EventInline]

    @admin.display(description="why")
    def in_words(self, row: Connection) -> str:
        return standing.words(row).why or "-"

    @admin.display(description="granted")
    def what_was_granted(self, row: Connection) -> str:
        return "\n".join(granted.of(row)) or "-"

    @admin.display(description="token")
    def renewed(self, row: Connection) -> str:
        token = getattr(row, "token", None)
        if token is None:
            return "none"
        ends = "says not when it ends"
        if token.expires_at is not None:
            ends = f"ends {_at(token.expires_at)}"
        return f"renewed {_at(token.refreshed_at)}, {ends}"


def _at(moment: datetime) -> str:
    """As the page says others, in the zone of who reads it."""
    return str(display_for_value(timezone.localtime(moment), "-"))


@admin.register(Consent)
class ConsentAdmin(ConnectionsPage):
    has_history = False
    pii = ("account", "address")
    nothing = "Nobody has allowed anything yet."
    list_display = ("at", "user", "provider", "event", "channel")
    list_filter = (ProviderFilter, "event", "channel", "at")
    list_select_related = ("user",)
    search_fields = ("=connection", "user__email_canonical__startswith")
    search_help_text = "A connection’s public id, or the beginning of an address"
    ordering = ("-id",)


@admin.register(OAuthEvent)
class OAuthEventAdmin(ConnectionsPage):
    has_history = False
    mentioned_by = ("request_id",)
    nothing = "Nothing has passed between us and a provider yet."
    list_display = ("at", "provider", "kind", "outcome", "code", "milliseconds", "user")
    list_filter = (ProviderFilter, "kind", "at")
    list_select_related = ("user",)
    search_fields = (
        "=request_id",
        "=connection__public_id",
        "user__email_canonical__startswith",
    )
    search_help_text = "A request id, a public id, or the beginning of an address"
    ordering = ("-id",)


@confirmed(
    "Stop renewing",
    done="stopped renewing at {}",
    is_grave=True,
    consequence="No token of this provider is renewed until an operator lets it go "
    "again; what lasts is used to its end. Nobody is marked or told.",
    permission=Permission.PROVIDER_CHANGE,
    when=lambda state: state.reason != ProviderState.Reason.OPERATOR,
)
def stop(request: Any, state: Any, reason: str) -> None:
    provider = shelf.named(state.provider)
    breaker.switch(by=request.user, provider=provider, stop=True, words=reason)


@confirmed(
    "Let it go again",
    done="let {} go again",
    consequence="Tokens are renewed from now on.",
    permission=Permission.PROVIDER_CHANGE,
    when=lambda state: state.reason != ProviderState.Reason.NONE,
)
def let_go(request: Any, state: Any, reason: str) -> None:
    provider = shelf.named(state.provider)
    breaker.switch(by=request.user, provider=provider, stop=False, words=reason)


@admin.register(ProviderState)
class ProviderStateAdmin(Page):
    task = "Connections"
    nothing = "No provider is set up."
    list_display = (
        "provider",
        "is_stopped",
        "live",
        "need_attention",
        "refresh_success",
        "error_rate",
        "milliseconds_a_call",
    )
    fields = (*list_display, "opened_at", "try_at")
    actions = (stop, let_go)

    def get_queryset(self, request: HttpRequest) -> Any:
        self._health = health.by_provider()
        return super().get_queryset(request).filter(provider__in=shelf.ids())

    def _of(self, state: ProviderState) -> health.Health:
        return self._health.get(state.provider, health.Health({}))

    @admin.display(description="stopped")
    def is_stopped(self, state: ProviderState) -> str:
        return state.get_reason_display() if state.is_open else "no"

    @admin.display(description="connections")
    def live(self, state: ProviderState) -> int:
        return sum(self._of(state).connections.values())

    @admin.display(description="need attention")
    def need_attention(self, state: ProviderState) -> int:
        return self._of(state).connections.get("attention", 0)

    @admin.display(description="renewals that went well, 24 h")
    def refresh_success(self, state: ProviderState) -> str:
        return _percent(self._of(state).refresh_success)

    @admin.display(description="calls that failed, 7 d")
    def error_rate(self, state: ProviderState) -> str:
        return _percent(self._of(state).error_rate)

    @admin.display(description="ms a call")
    def milliseconds_a_call(self, state: ProviderState) -> str:
        found = self._of(state).milliseconds_a_call
        return "-" if found is None else str(found)


def _percent(found: float | None) -> str:
    return "-" if found is None else f"{found:g} %"

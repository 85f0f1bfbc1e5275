"""The audit in the console: found, read one by one, taken away."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from apps.rbac import audit, ledger, looks, policy
from apps.rbac.catalog import Permission
from apps.rbac.console import conversations, masks, taking, why
from apps.rbac.console.lists import NamedList
from apps.rbac.console.pages import Page, Tool
from apps.rbac.console.search import PEOPLE as _PEOPLE
from apps.rbac.console.search import Search, insist_on_few, named
from apps.rbac.models import AuditEvent

_MOST_DIGITS = 18  # more is no bigint


class EventList(NamedList):
    """Newest first, from one id on: nothing is counted and no page is skipped over."""

    search: Search
    older: str
    newest: str

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """None for Django to look up: the form reads them."""
        return {}

    def get_queryset(self, request: HttpRequest, *more: Any, **kwargs: Any) -> Any:
        self.search = Search(request.GET)
        insist_on_few(request)
        mine: Any = self.root_queryset
        events = self.search.narrow(mine).order_by("-id")
        before = request.GET.get("before", "")
        if before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS:
            return events.filter(id__lt=int(before))
        return events

    def get_results(self, request: HttpRequest) -> None:
        found = list(self.queryset[: self.list_per_page + 1])
        shown = found[: self.list_per_page]
        asked = request.GET.copy()
        asked.pop("before", None)
        self.newest = f"?{asked.urlencode()}" if "before" in request.GET else ""
        self.older = ""
        if len(found) > len(shown):
            asked["before"] = str(shown[-1].pk)
            self.older = f"?{asked.urlencode()}"
        self.result_list: Any = shown
        self.result_count = len(shown)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all, self.multi_page = True, False
        self.paginator = Paginator(shown, self.list_per_page)


class EventPage(Page):
    task = "Safety"
    has_history = False
    actions = None
    sortable_by = ()
    change_list_template = "admin/audit_events.html"
    list_display = (
        "when",
        "action",
        "outcome",
        "actor_id",
        "subject_id",
        "thing",
        "reason",
    )
    fields = (
        "id",
        "when",
        "action",
        "outcome",
        "actor_id",
        "on_behalf_of_id",
        "subject_id",
        "thing",
        "reason",
        "via",
        "request_id",
        "sealed",
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[NamedList]:
        return EventList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Of looks it tells which, where the outcome of all of them is one."""
        shown = super().get_list_display(request)
        if not request.GET.get("looks"):
            return shown
        return [_look if name == "outcome" else name for name in shown]

    def get_queryset(self, request: HttpRequest) -> Any:
        return named(super().get_queryset(request))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        own = path("export/<str:kind>/", view, name="rbac_auditevent_export")
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asked = request.GET.copy()
        asked.pop("before", None)
        found = [
            (kind, f"{way}?{asked.urlencode()}") for kind, way in ways(request.user)
        ]
        return super().changelist_view(request, {"ways": found})

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None and self._shows_pii(request):
            looks.record_event(obj, by=request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """Of a decision of the policy: what it would rest on today."""
        asked_of = "on_behalf_of_id" if obj.on_behalf_of_id else "actor_id"
        if (
            obj.outcome not in (audit.Outcome.ALLOWED, audit.Outcome.DENIED)
            or obj.action not in set(Permission)
            # Nobody, or somebody who has no page any more.
            or getattr(obj, f"{asked_of}_email") is None
            or not why.may(request)
        ):
            return []
        row = {}
        if obj.obj_id and obj.obj_type in why.kinds(request.user):
            row = {"kind": obj.obj_type, "row": obj.obj_id}
        page = why.address(getattr(obj, asked_of), action=obj.action, **row)
        return [Tool("Why", page)]

    def export_view(self, request: HttpRequest, kind: str) -> StreamingHttpResponse:
        """What the list shows, all of it, as a file; what is sealed for one person at most."""
        return taking.sent(by=request.user, asked=request.GET, kind=kind)

    @admin.display(description="when")
    def when(self, event: AuditEvent) -> str:
        return f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="what")
    def thing(self, event: AuditEvent) -> str:
        return f"{event.obj_type} {event.obj_id}".strip() or "-"

    def _column(self, name: Any, *, shown: bool) -> Any:
        if name in _PEOPLE:
            return _person(name, shown=shown)
        if name == "sealed":
            return _opened if shown else _sealed
        return super()._column(name, shown=shown)


@admin.display(description="look")
def _look(event: AuditEvent) -> str:
    return str(conversations.look(event) or "-")


def ways(by: Any) -> list[tuple[str, str]]:
    """The kinds of file they may take the audit away as, and where."""
    if not policy.permissions(by).issuperset(taking.MAY):
        return []
    name = "admin:rbac_auditevent_export"
    return [(kind.upper(), reverse(name, args=[kind])) for kind in taking.KINDS]


def _person(name: str, *, shown: bool) -> Callable[[Any], str]:
    """A link to their page, or the number that is left of them."""

    @admin.display(description=_PEOPLE[name])
    def person(event: Any) -> str:
        number, email = getattr(event, name), getattr(event, f"{name}_email")
        if number is None or email is None:
            return masks.gone(number)
        page = reverse("admin:accounts_user_change", args=[number])
        words = email if shown else masks.person(email, number)
        return format_html('<a href="{}">{}</a>', page, words)

    # Django tells columns apart by name.
    person.__name__ = f"person_{name}"
    return person


@admin.display(description="sealed")
def _sealed(event: AuditEvent) -> str:
    return "Opened for whoever may see addresses."


@admin.display(description="sealed")
def _opened(event: AuditEvent) -> str:
    ((_, opened),) = ledger.opened([event])
    if not opened.is_readable:
        return "Not readable: the key is gone, or does not open."
    parts = [*opened.origin.items(), *opened.details.items()]
    lines = ((name, _plain(value)) for name, value in parts)
    return format_html_join(mark_safe("<br>"), "{}: {}", lines) or "nothing"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

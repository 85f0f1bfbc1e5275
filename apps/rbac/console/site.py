"""Django's admin, entered through the portal's sign-in, ordered by task."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse

from apps.core.errors import Forbidden, Invalid
from apps.rbac import audit, policy
from apps.rbac.catalog import Permission
from apps.rbac.console import everywhere, panel
from apps.rbac.console.tasks import TASKS, task_of

UNCHANGED = 204
# What a page of a model asks for, by the end of its name; any other shows something.
_ASKED = {"add": "add", "change": "change", "delete": "delete"}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class _Names(AutocompleteJsonView):
    """Rows to choose from, called as their pages call them."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "\0" in request.GET.get("term", ""):
            raise Invalid
        return super().get(request, *args, **kwargs)

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_perm(request, obj):
            _refused(request, self.model_admin, "view")
            raise Forbidden
        return True

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        found: dict[str, str] = super().serialize_result(obj, to_field_name)
        page: Any = self.model_admin
        named = getattr(page, "row_name", None)
        return {**found, "text": named(obj) if named else found["text"]}


class ConsoleSite(AdminSite):
    """Pages by task; a front page that says what needs attention."""

    enable_nav_sidebar = True
    site_title = site_header = "Switchboard console"
    index_title = "Home"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(policy.can(request.user, Permission.CONSOLE_ENTER))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's pages say no by an exception that nobody records."""
        guarded: Callable[..., Any] = super().admin_view(view, cacheable)

        @wraps(guarded)
        def recorded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                return guarded(request, *args, **kwargs)
            except PermissionDenied:
                self._record(request)
                raise

        return recorded

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [
            path("panel/", self.admin_view(self.panel), name="panel"),
            path("find/", self.admin_view(self.find), name="find"),
        ]
        return [*own, *super().get_urls()]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one sign-in, the portal's."""
        return redirect(f"{reverse('account_login')}?next={reverse('admin:index')}")

    def password_change(  # type: ignore[override]  # the stubs know a page only
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nor is there a second page for passwords."""
        return redirect("account_change_password")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        view: Callable[[HttpRequest], Any] = _Names.as_view(admin_site=self)
        answer: HttpResponse = view(request)
        return answer

    def app_index(
        self,
        request: HttpRequest,
        app_label: str,
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Pages are ordered by task; an app is no place here."""
        return redirect("admin:index")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        shown = {"panel": panel.read(request.user), "find": everywhere.Find()}
        return super().index(request, {**(extra_context or {}), **shown})

    def find(self, request: HttpRequest) -> HttpResponse:
        return everywhere.answer(request, self.each_context(request))

    def panel(self, request: HttpRequest) -> HttpResponse:
        """The live part of the front page; nothing when it has not changed."""
        shown = panel.read(request.user)
        if request.GET.get("v") == shown.version:
            return HttpResponse(status=UNCHANGED)
        return render(request, "admin/_panel.html", {"panel": shown})

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """By task instead of by app."""
        apps = super().get_app_list(request, app_label)
        models = [
            (model, task_of(self._registry[model["model"]]))
            for app in apps
            for model in app["models"]
        ]
        index = reverse("admin:index")
        return [
            {
                "name": task,
                "app_label": task.lower(),
                "app_url": f"{index}#task-{task.lower()}",
                "has_module_perms": True,
                "models": [model for model, own in models if own == task],
            }
            for task in TASKS
            if any(own == task for _, own in models)
        ]

    def _record(self, request: HttpRequest) -> None:
        match = request.resolver_match
        name = str(match.url_name) if match else ""
        for model in self._registry:
            meta = model._meta
            ending = name.removeprefix(f"{meta.app_label}_{meta.model_name}_")
            if ending != name:
                asked = _ASKED.get(ending, "view")
                if asked == "change" and request.method in _SAFE:
                    asked = "view"
                given = match.kwargs.get("object_id") if match else None
                _refused(request, self._registry[model], asked, given)


def _refused(
    request: HttpRequest, page: Any, asked: str, object_id: str | None = None
) -> None:
    """With the row that was asked for and whose it is, when there is one."""
    row = page.get_object(request, unquote(object_id)) if object_id else None
    whose = getattr(page, "person_of", None)
    audit.decided(
        f"{page.opts.app_label}.{page.opts.model_name}.{asked}",
        allowed=False,
        actor=request.user,
        subject=whose(row) if whose and row is not None else None,
        obj=page.model if row is None else row,
        reason=policy.Reason.NOT_GRANTED,
    )

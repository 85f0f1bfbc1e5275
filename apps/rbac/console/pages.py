"""What makes a considered page of the console short.

    class TurnAdmin(Page):
        task = "Messaging"
        owner = "user"
        secret = ("body",)          # hidden until revealed, with a reason
        pii = ("number", "e164")    # in full on the page of one row, which is recorded

A page shows facts; what can be done is an action that asks first (`actions.confirmed`).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.contrib.admin.utils import (
    display_for_field,
    display_for_value,
    lookup_field,
)
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.core.exceptions import (
    FieldDoesNotExist,
    PermissionDenied,
    ValidationError,
)
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html, strip_tags
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from apps.core.admin import ReadOnlyAdmin
from apps.core.errors import Invalid
from apps.rbac import looks, policy
from apps.rbac.catalog import Permission
from apps.rbac.console import actions, belongings, finding, masks, reveal
from apps.rbac.console.lists import MOST_COUNTED, RowList, of_person

# Lookups of how a value begins.
_BEGINS = ("startswith", "istartswith")
# Columns that tell rows of one kind apart.
_IN_SHORT = 3
_WHOLE = "The whole of an address, a number or an id; a whole name in quotes"


class Tool(NamedTuple):
    label: str
    url: str


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in stubs only
    """Counts no further than `MOST_COUNTED` rows."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class Page(ReadOnlyAdmin):
    """Facts, masked and hidden as said; the reveal page; history."""

    task: ClassVar[str] = "System"
    # The foreign key to the person a row is about; empty where there is none.
    owner: ClassVar[str] = ""
    secret: ClassVar[tuple[str, ...]] = ()
    pii: ClassVar[tuple[str, ...]] = ()
    # By which of its fields *Find* takes words for this very row, and by which for
    # something that the row is about (everywhere.py).
    found_by: ClassVar[tuple[str, ...]] = ()
    mentioned_by: ClassVar[tuple[str, ...]] = ()
    # How the page of their person shows these rows (belongings.py).
    on_person: ClassVar[belongings.Shown | None] = None
    # Whether looking at a row is looking at what somebody and the assistant said.
    is_conversation: ClassVar[bool] = False
    # What its list says where it has no rows at all.
    nothing: ClassVar[str] = "There are none."
    # What operators did to a row; a record has none.
    has_history: ClassVar[bool] = True
    paginator = BoundedPaginator

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Masked for everybody: no person can be told of each list they stood on."""
        return [self._column(each, shown=False) for each in self.list_display]

    def get_list_display_links(
        self, request: HttpRequest, list_display: Sequence[Any]
    ) -> Any:
        """The first column but a person's, which leads to their page: no link holds
        another."""
        columns = zip(self.list_display, list_display, strict=True)
        return [next(shown for name, shown in columns if not self._is_person(name))]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = self.fields or [
            field.name for field in self.opts.fields if field.name != "password"
        ]
        shown = self._shows_pii(request)
        return [self._column(each, shown=shown) for each in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)

    def get_urls(self) -> list[URLPattern]:
        if not self.secret:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_reveal"
        view = self.admin_site.admin_view(self.reveal_view)
        return [path("<path:object_id>/reveal/", view, name=name), *super().get_urls()]

    def get_list_filter(self, request: HttpRequest) -> Any:
        own = super().get_list_filter(request)
        return [*own, of_person(self.owner)] if self._is_of_people else own

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RowList

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        found = super().get_changelist_instance(request)
        if self.search_fields and not self._searches_parts(request):
            found.search_help_text = _WHOLE
        return found

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Beginnings for who may see addresses; they would tell a masked one to others,
        letter by letter."""
        if self._searches_parts(request):
            return list(self.search_fields)
        whole = (re.sub(r"__i?startswith$", "", each) for each in self.search_fields)
        return [each if each.startswith("=") else f"={each}" for each in whole]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> Any:
        if search_term.strip() and self._names_somebody:
            finding.insist(request, self.model, search_term.strip())
        return super().get_search_results(request, queryset, search_term)

    def action_checkbox(self, obj: Model) -> SafeString:
        """Without the row's name, which may be an address."""
        words = f"Select {self.opts.verbose_name} {obj.pk}"
        attributes = {"class": "action-select", "aria-label": words}
        box = forms.CheckboxInput(attributes, lambda value: False)
        return box.render(helpers.ACTION_CHECKBOX_NAME, str(obj.pk))

    action_checkbox.short_description = mark_safe(  # type: ignore[attr-defined]
        '<input type="checkbox" id="action-toggle" aria-label="Select all">'
    )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The audit is the history: what operators did to this row."""
        obj = self.seen(request, object_id)
        if not self.has_history:
            raise Http404
        listed = reverse("admin:rbac_auditevent_changelist")
        key = getattr(obj, "public_id", None) or obj.pk
        asked = {"kind": self.opts.label_lower, "q": key}
        return redirect(f"{listed}?{urlencode(asked)}")

    def seen(self, request: HttpRequest, object_id: str) -> Any:
        """The row, for who may look at it. Raises PermissionDenied, which the site
        records, before anybody is told whether it is there; Http404."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404
        return obj

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Only those this operator may use."""
        found: dict[str, Any] = super().get_actions(request)
        return {
            name: entry
            for name, entry in found.items()
            if (permission := getattr(entry[0], "permission", ""))
            and policy.can(request.user, permission)
        }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        asked = request.POST.get("action", "")
        for action in self.actions or ():
            if getattr(action, "__name__", "") == asked:
                permission = getattr(action, "permission", "")
                if not policy.can(request.user, permission):
                    rows = self.get_queryset(request).filter(
                        pk__in=self._chosen(request)
                    )
                    actions.refuse(self, request, permission, rows)
        return super().changelist_view(request, extra_context)

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._chosen(request)
        return super().response_action(request, *args, **kwargs)

    def _chosen(self, request: HttpRequest) -> list[str]:
        """The keys of the rows that an action is for. Raises Invalid."""
        found = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        for chosen in found:
            try:
                self.opts.pk.to_python(chosen)
            except ValidationError as error:
                raise Invalid("Choose rows of this list.") from error
            if not chosen:
                raise Invalid("Choose rows of this list.")
        return found

    def reveal_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return reveal.answer(self, request, object_id)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        shown = self._names_somebody and self._shows_pii(request)
        if obj is not None:
            if not self.has_change_permission(request, obj):
                context["title"] = capfirst(str(self.opts.verbose_name))
            context["subtitle"] = str(obj) if shown else self.row_name(obj)
            context["tools"] = self.tools(request, obj)
            context["offers"] = actions.offered(self, request, obj)
            context["offers_form"] = reveal.ReasonForm(
                auto_id="offered_%s", is_told=self.person_of(obj) is not None
            )
        context["has_history"] = self.has_history and policy.can(
            request.user, Permission.AUDIT_VIEW
        )
        if obj is not None and self._names_somebody:
            looks.record(obj, by=request.user, person=self.person_of(obj))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        """What can be done from the page of a row, as links to pages that ask."""
        if self.secret and reveal.may(self, request):
            return [Tool("Reveal", reveal.address(self, obj))]
        return []

    def row_name(self, obj: Model) -> str:
        """What to call a row wherever that is not recorded: no address, no number."""
        return self.row_number(obj) if self._names_somebody else str(obj)

    def row_number(self, obj: Model) -> str:
        return f"{self.opts.verbose_name} {obj.pk}"

    def in_short(self, obj: Model) -> str:
        """Its name and the first of what its list shows, with nothing of the masked."""
        names = [each for each in self.list_display if each != self.owner][:_IN_SHORT]
        words = (self._words(obj, self._column(each, shown=False)) for each in names)
        return f"{self.row_name(obj)}: {', '.join(words)}"

    def address(self, which: str, *keys: Any) -> str:
        """Of its "changelist", or the "change" page of a row."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{which}"
        return reverse(name, args=keys)

    def beginnings(self, request: HttpRequest) -> dict[str, str]:
        """The fields that are searched by how they begin, and with which lookup."""
        asked = [each.rpartition("__") for each in self.get_search_fields(request)]
        return {name: how for name, _, how in asked if how in _BEGINS}

    def person_of(self, obj: Model) -> Any:
        return getattr(obj, self.owner) if self.owner else None

    def _words(self, obj: Model, column: Any) -> str:
        field, attribute, value = lookup_field(column, obj, self)
        if field is None:
            is_boolean = getattr(attribute, "boolean", False)
            shown = display_for_value(value, "-", boolean=is_boolean)
        elif field.is_relation:
            shown = str(getattr(obj, field.name) or "-")
        else:
            shown = display_for_field(value, field, "-")
        return strip_tags(str(shown))

    @property
    def _is_of_people(self) -> bool:
        return bool(self.owner) and self._is_person(self.owner)

    @property
    def _names_somebody(self) -> bool:
        return bool(self.pii or self.owner)

    def _searches_parts(self, request: HttpRequest) -> bool:
        return not self._names_somebody or self._shows_pii(request)

    def _column(self, name: Any, *, shown: bool) -> Any:
        """`shown`: addresses and numbers in full."""
        if name in self.secret:
            return _hidden(name)
        if name == self.owner or self._is_person(name):
            return _person(name, shown=shown)
        if name in self.pii and not shown:
            return _masked(name)
        return name

    def _is_person(self, name: Any) -> bool:
        try:
            field = self.opts.get_field(name)
        except (FieldDoesNotExist, TypeError):
            return False
        return bool(field.related_model is get_user_model())

    def _shows_pii(self, request: HttpRequest) -> bool:
        return looks.shows_pii(request.user)


def _person(name: str, *, shown: bool) -> Callable[[Any], str]:
    """The person a row is about, with a way to their page."""

    @admin.display(description=name.replace("_", " "), ordering=name)
    def person(obj: Any) -> str:
        found = getattr(obj, name)
        if found is None:
            return "-"
        words = str(found) if shown else masks.person(str(found), found.pk)
        page = reverse("admin:accounts_user_change", args=[found.pk])
        return format_html('<a href="{}">{}</a>', page, words)

    person.__name__ = f"person_{name}"
    return person


def _hidden(name: str) -> Callable[[Any], str]:
    @admin.display(description=name.replace("_", " "))
    def hidden(obj: Any) -> str:
        value = getattr(obj, name)
        return "hidden" if value else "empty"

    # Django tells columns apart by name.
    hidden.__name__ = f"hidden_{name}"
    return hidden


def _masked(name: str) -> Callable[[Any], str]:
    # Not to be ordered by: that would tell between which others it stands.
    @admin.display(description=name.replace("_", " "))
    def masked(obj: Any) -> str:
        return masks.mask(str(getattr(obj, name) or ""))

    masked.__name__ = f"masked_{name}"
    return masked

"""People in the console, and what operators do about them."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import mark_safe

from apps.accounts import (
    browsers,
    closing,
    invitations,
    sessions,
    standing_in,
    suspension,
)
from apps.accounts.models import KnownBrowser, LoginSession, User
from apps.core.errors import Conflict
from apps.rbac import assignments, policy
from apps.rbac.catalog import Permission
from apps.rbac.console import belongings, events, masks, why
from apps.rbac.console.actions import confirmed
from apps.rbac.console.belongings import Shown
from apps.rbac.console.pages import Page, Tool
from apps.rbac.console.reveal import ReasonForm
from apps.rbac.console.typed import Typed

# Addresses are changed by their owners, and stand on the page of their person.
admin.site.unregister(EmailAddress)
_A_WEEK = 7  # days


@confirmed(
    "Suspend",
    done="suspended {}",
    is_grave=True,
    consequence="They cannot sign in or text the assistant until they are restored.",
    permission=Permission.PERSON_SUSPEND,
    when=lambda person: person.is_active,
)
def suspend(request: Any, person: Any, reason: str) -> None:
    suspension.suspend(by=request.user, user=person, reason=reason)


@confirmed(
    "Restore",
    done="restored {}",
    consequence="They can sign in and text again.",
    permission=Permission.PERSON_SUSPEND,
    when=lambda person: not person.is_active or person.closed_at is not None,
)
def restore(request: Any, person: Any, reason: str) -> None:
    suspension.restore(by=request.user, user=person, reason=reason)


def _address_or_number(person: Any, in_full: bool) -> Typed:
    """What the operator sees of whom."""
    if in_full:
        return Typed("Type the e-mail address of the account", person.email)
    return Typed("Type the number of the account, after the comma", str(person.pk))


@confirmed(
    "Close",
    done="closed the account of {}",
    is_grave=True,
    typed=_address_or_number,
    consequence="They are out everywhere, and erased after 14 days. Until then a new "
    "password through the letter opens their account again, or Restore.",
    permission=Permission.PERSON_CLOSE,
    when=lambda person: person.closed_at is None,
)
def close(request: Any, person: Any, reason: str) -> None:
    closing.close(by=request.user, user=person, reason=reason)


@confirmed(
    "Send a letter to choose a password",
    done="sent {} a letter to choose a password",
    consequence="Its link goes to their mailbox alone. Nothing else changes.",
    permission=Permission.PERSON_SEND_RESET,
)
def send_password_letter(request: Any, person: Any, reason: str) -> None:
    invitations.send_reset(by=request.user, user=person, reason=reason)


@confirmed(
    "End",
    done="ended {}",
    consequence="Cookie and tokens are dead with their next request.",
    permission=Permission.SIGN_IN_END,
    when=lambda row: row.ended_at is None,
)
def end_sign_in(request: Any, row: Any, reason: str) -> None:
    assignments.insist_within_reach(request.user, row.user)
    if not sessions.end([row], sessions.Ending.OPERATOR, by=request.user, words=reason):
        raise Conflict("That sign-in is over already.")


@confirmed(
    "Sign out everywhere",
    done="signed {} out everywhere",
    consequence="All their cookies and tokens are dead with their next request.",
    permission=Permission.SIGN_IN_END,
)
def end_sign_ins(request: Any, person: Any, reason: str) -> None:
    assignments.insist_within_reach(request.user, person)
    sessions.end_others(person, sessions.Ending.OPERATOR, by=request.user, words=reason)


@confirmed(
    "Forget",
    done="had {} forgotten",
    consequence="It is a stranger's, and asked for the second factor again. Whoever is "
    "signed in with it stays so until that is ended.",
    permission=Permission.BROWSER_FORGET,
)
def forget_browser(request: Any, row: Any, reason: str) -> None:
    browsers.forget(
        user=row.user, public_id=row.public_id, by=request.user, reason=reason
    )


@admin.register(User)
class UserAdmin(Page):
    task = "People"
    pii = ("email", "name")
    found_by = ("email_canonical", "name", "public_id")
    nothing = "Nobody has signed up yet."
    list_display = (
        "email",
        "id",
        "name",
        "roles",
        "is_active",
        "last_login",
        "created_at",
    )
    list_filter = ("is_active", "groups__role", "created_at")
    search_fields = ("email_canonical__startswith", "name__istartswith", "=public_id")
    search_help_text = "The beginning of an e-mail address or a name, or a public id"
    ordering = ("-id",)
    actions = (suspend, restore, close, end_sign_ins, send_password_letter)
    fields = (
        "public_id",
        "email",
        "addresses",
        "name",
        "timezone",
        "roles",
        "is_active",
        "closed_at",
        "last_login",
        "created_at",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups__role")

    @admin.display(description="roles")
    def roles(self, person: User) -> str:
        roles = [g.role for g in person.groups.all() if hasattr(g, "role")]
        return ", ".join(str(role) for role in sorted(roles, key=lambda r: -r.rank))

    def person_of(self, obj: Any) -> Any:
        return obj

    def row_name(self, obj: Any) -> str:
        """Enough to choose one of those that a search found."""
        return masks.person(obj.email, obj.pk)

    def tools(self, request: HttpRequest, obj: Any) -> list[Tool]:
        found = super().tools(request, obj)
        if policy.can(request.user, Permission.AUDIT_VIEW):
            audit = f"{reverse('admin:rbac_auditevent_changelist')}?subject={obj.pk}"
            found.append(Tool("What happened to them", audit))
            found.append(Tool("Who looked at their conversation", f"{audit}&looks=on"))
        found += [
            Tool(f"Export their audit, {kind}", f"{way}?subject={obj.pk}")
            for kind, way in events.ways(request.user)
        ]
        if why.may(request):
            found.append(Tool("What they may do", why.address(obj.pk)))
        if policy.can(request.user, Permission.ROLE_GRANT):
            grant = reverse("admin:rbac_roleassignment_add")
            week = urlencode({"user": obj.pk, "days": _A_WEEK})
            found.append(Tool("Give a role for a week", f"{grant}?{week}"))
        if standing_in.may(request, obj):
            page = reverse("admin:accounts_user_stand_in", args=[obj.pk])
            found.append(Tool("Stand in", page))
        return found

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            context["belongings"] = belongings.of(obj, request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{address}/",
                self.admin_site.admin_view(view),
                name=f"accounts_user_{address.replace('-', '_')}",
            )
            for address, view in (
                ("stand-in", self.stand_in_view),
                ("why", self.why_view),
            )
        ]
        return [*own, *super().get_urls()]

    def why_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return why.answer(self, request, self.seen(request, object_id))

    def stand_in_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.seen(request, object_id)
        standing_in.insist(request, person)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            standing_in.start(request, person, form.cleaned_data["reason"])
            return redirect(settings.LOGIN_REDIRECT_URL)
        shown = {
            **self.admin_site.each_context(request),
            "title": "Stand in",
            "form": form,
            "opts": self.opts,
            "original": person,
            "row_name": self.row_name(person),
            "minutes": standing_in.LONGEST.seconds // 60,
        }
        return TemplateResponse(request, "admin/stand_in.html", shown)

    def _column(self, name: Any, *, shown: bool) -> Any:
        if name == "addresses":
            return _addresses(shown=shown)
        return super()._column(name, shown=shown)


def _addresses(*, shown: bool) -> Callable[[Any], str]:
    """Every address of theirs, and what it counts for."""

    @admin.display(description="e-mail addresses")
    def addresses(person: User) -> str:
        lines = (
            (
                each.email if shown else masks.mask(each.email),
                "verified" if each.verified else "not verified",
                ", primary" if each.primary else "",
            )
            for each in EmailAddress.objects.filter(user=person).order_by("pk")
        )
        return format_html_join(mark_safe("<br>"), "{}: {}{}", lines) or "-"

    return addresses


@admin.register(LoginSession)
class LoginSessionAdmin(Page):
    task = "People"
    owner = "user"
    found_by = ("sid",)
    on_person = Shown.COUNT
    pii = ("address",)
    nothing = "Nobody has signed in yet."
    list_display = (
        "user",
        "device",
        "client",
        "address",
        "created_at",
        "last_seen_at",
        "ending",
    )
    list_filter = ("client", "ending", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email_canonical__startswith", "=sid")
    search_help_text = "The beginning of an e-mail address, or the id of a sign-in"
    ordering = ("-created_at",)
    actions = (end_sign_in,)
    fields = (
        "sid",
        "user",
        "device",
        "client",
        "methods",
        "proved_at",
        "proved_twice_at",
        "address",
        "created_at",
        "last_seen_at",
        "expires_at",
        "ended_at",
        "ending",
    )


@admin.register(KnownBrowser)
class KnownBrowserAdmin(Page):
    task = "People"
    owner = "user"
    found_by = ("public_id",)
    on_person = Shown.COUNT
    nothing = "No browser is known yet."
    list_display = ("user", "called", "created_at", "last_seen_at", "trust")
    fields = ("public_id", *list_display)
    list_filter = ("created_at", "trusted_until")
    list_select_related = ("user",)
    search_fields = ("user__email_canonical__startswith", "=public_id")
    search_help_text = "The beginning of an e-mail address, or the id of a browser"
    ordering = ("-id",)
    actions = (forget_browser,)

    @admin.display(description="trusted at most until", ordering="trusted_until")
    def trust(self, row: KnownBrowser) -> Any:
        """A change of password or factors ends it sooner."""
        return row.trusted_until

    @admin.display(description="browser")
    def called(self, row: KnownBrowser) -> str:
        return row.called

"""The pages around signing in with an account elsewhere."""

from typing import Any

from allauth.account.internal.flows.reauthentication import resume_request
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.accounts import linked
from apps.core.errors import AppError, NotFound
from apps.core.verbs import require_http_methods, require_POST, require_safe
from apps.integrations import back, sign_in
from apps.integrations.provider import Provider
from apps.integrations.sign_in import Back
from apps.rbac.declared import fresh, in_person, public, signed_in

_own = in_person(signed_in)


@in_person(public)
@never_cache
@require_POST
def begin(request: Any, provider: str) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("portal:overview")
    return _leave(request, sign_in.declared(provider), sign_in.ENTER)


@fresh(_own)
@never_cache
@require_POST
def link(request: Any, provider: str) -> HttpResponse:
    return _leave(request, sign_in.declared(provider), sign_in.LINK)


@_own
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: Any) -> HttpResponse:
    """For whoever has neither password nor second factor."""
    own = {row.provider for row in linked.of(request.user)}
    known = [each for each in sign_in.offered() if each.id in own]
    if request.method != "POST":
        next_page = _safe(request.GET.get("next", ""))
        shown = {"providers": known, "next": next_page}
        return render(request, "integrations/prove.html", shown)
    chosen = sign_in.declared(request.POST.get("provider", ""))
    return _leave(request, chosen, sign_in.PROVE)


@in_person(public)
@never_cache
@require_safe
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    declared = sign_in.declared(provider)
    left: Back | None = None
    try:
        left = sign_in.returned(request, declared)
        return _arrived(request, declared, left)
    except AppError as error:
        if left is not None and left.back:
            return redirect(back.telling(left.back, error=error.code))
        messages.error(request, error.sentence)
    if request.user.is_authenticated:
        return redirect("sign_in_accounts")
    return redirect("account_login")


@_own
@require_safe
def accounts(request: Any) -> HttpResponse:
    rows = linked.of(request.user)
    shown = {"rows": rows, "providers": sign_in.offered()}
    return render(request, "integrations/sign_in_accounts.html", shown)


@fresh(_own)
@require_POST
def unlink(request: Any, pk: int) -> HttpResponse:
    row = next((each for each in linked.of(request.user) if each.pk == pk), None)
    if row is None:
        raise NotFound(gettext("You do not sign in with that."))
    try:
        sign_in.unlink(request.user, row)
    except AppError as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, gettext("It is no way in any more."))
    return redirect("sign_in_accounts")


def _leave(request: Any, provider: Provider, what: str) -> HttpResponse:
    """By a page of ours: a form may lead to no other site."""
    next_page = _safe(request.POST.get("next", ""))
    url = sign_in.begin(request, provider, what, next_page)
    shown = {"provider": provider, "url": url, "is_sign_in": True}
    return render(request, "integrations/leaving.html", shown)


def _arrived(request: HttpRequest, provider: Provider, left: Back) -> HttpResponse:
    login = sign_in.told(request, provider)
    if left.what == sign_in.ENTER:
        return sign_in.enter(request, login, left)
    if left.what == sign_in.LINK:
        sign_in.link(request, login)
        if left.back:
            return redirect(left.back)
        words = gettext("You can sign in with %(name)s now.") % {"name": provider.name}
        messages.success(request, words)
        return redirect("sign_in_accounts")
    sign_in.prove(request, login)
    if left.back:
        return redirect(left.back)
    # What was interrupted is found by where it was.
    request.GET = QueryDict(urlencode({"next": left.next}))
    return resume_request(request) or redirect("portal:overview")


def _safe(page: str) -> str:
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else ""

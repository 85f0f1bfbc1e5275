"""Tokens that people make for programs of their own."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from apps.accounts import personal_tokens
from apps.accounts.models import PersonalToken
from apps.core.errors import Conflict
from apps.core.verbs import require_POST, require_safe
from apps.portal.forms import TokenForm
from apps.portal.shell import SignedIn
from apps.rbac.declared import fresh, in_person, signed_in
from apps.rbac.scopes import Scope

own = in_person(signed_in)


@own
@require_safe
def tokens(request: SignedIn) -> HttpResponse:
    return _page(request, TokenForm())


@fresh(own)
@never_cache
@require_POST
def make(request: SignedIn) -> HttpResponse:
    """Shows it this once."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        row, said = personal_tokens.make(user=request.user, **form.cleaned_data)
    except Conflict as error:
        form.add_error(None, error.sentence)
        return _page(request, form)
    shown = {"row": row, "said": said, "example": _example(row)}
    return render(request, "portal/token_made.html", shown)


@own
@require_POST
def revoke(request: SignedIn, public_id: UUID) -> HttpResponse:
    personal_tokens.revoke(user=request.user, public_id=public_id)
    messages.success(request, gettext("That token is dead now."))
    return redirect("portal:tokens")


def _example(row: PersonalToken) -> str:
    """An address that it reads."""
    group = row.scopes[0].partition(":")[0]
    return f"{settings.PUBLIC_URL}/api/v1/{'me' if group == Scope.ACCOUNT else group}"


def _page(request: SignedIn, form: TokenForm) -> HttpResponse:
    shown = {"tokens": personal_tokens.own(request.user), "form": form}
    return render(request, "portal/tokens.html", shown)

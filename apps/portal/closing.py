"""The way out of an account, asked for on a page of its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts import closing
from apps.core.errors import Conflict
from apps.core.naming import NameForm
from apps.core.verbs import require_http_methods
from apps.portal.shell import SignedIn
from apps.rbac.declared import fresh, in_person, signed_in


@fresh(in_person(signed_in))
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: SignedIn) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = NameForm(given, name=request.user.email)
    if not form.is_valid():
        shown = {"form": form, "days": closing.DAYS_TO_RETURN}
        return render(request, "portal/close.html", shown)
    try:
        closing.close(user=request.user)
    except Conflict as error:
        messages.error(request, error.sentence)
        return redirect("portal:profile")
    request.session.flush()
    return redirect("account_inactive")

"""How these pages look. A choice holds at once: the browser shows it (appearance.js),
and the form sends itself; without scripts it has a button."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from apps.accounts import profile as profiles
from apps.accounts.forms import AppearanceForm
from apps.core.verbs import require_http_methods
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedIn) -> HttpResponse:
    is_sent = request.method == "POST"
    given = request.POST if is_sent else None
    form = AppearanceForm(given, instance=copy(request.user))
    if not is_sent or not form.is_valid():
        return render(request, "portal/appearance.html", {"form": form})
    profiles.change(user=request.user, theme=form.cleaned_data["theme"])
    if request.headers.get("HX-Request"):
        return HttpResponse(gettext("Saved."))
    messages.success(request, gettext("Saved."))
    return redirect("portal:appearance")

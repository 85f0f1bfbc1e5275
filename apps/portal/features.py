"""What the assistant may do for a person: each with what it needs, on or off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from apps.assistant import features
from apps.core.errors import NotFound
from apps.core.verbs import require_POST, require_safe
from apps.integrations import provider as shelf
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in


@signed_in
@require_safe
def page(request: SignedIn) -> HttpResponse:
    lines = [
        (standing, [(key, shelf.named(key).name) for key in standing.feature.needs])
        for standing in features.standing(request.user)
    ]
    return render(request, "portal/features.html", {"lines": lines})


@signed_in
@require_POST
def switch(request: SignedIn, key: str) -> HttpResponse:
    if (wanted := request.POST.get("do")) not in ("on", "off"):
        raise NotFound
    features.switch(user=request.user, key=key, is_on=wanted == "on")
    words = {
        "on": gettext("%(feature)s is switched on."),
        "off": gettext("%(feature)s is switched off."),
    }[wanted]
    title = gettext(features.FEATURES[key].title)
    messages.success(request, words % {"feature": title})
    return redirect("portal:features")

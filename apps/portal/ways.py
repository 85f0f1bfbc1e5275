"""Which news reach a person, and by which way: letters, texts, and when there are none.

Only what somebody can decide has a switch; of the rest it is said how it comes.
"""

from copy import copy
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import profile as profiles
from apps.accounts.forms import QuietHoursForm
from apps.accounts.models import User
from apps.assistant import briefs, features
from apps.core.errors import AppError, NotFound
from apps.core.verbs import require_http_methods, require_POST
from apps.jobs import unsubscribing
from apps.portal import trying
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in
from apps.sms import numbers

_NUDGES, _BRIEF = "nudges", "brief"


class WaysForm(QuietHoursForm):
    """Quiet hours, and the texts that one can do without."""

    nudges = forms.BooleanField(required=False)
    brief = forms.BooleanField(required=False)
    brief_at = forms.TimeField(
        label=_("At"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("brief") and "brief_at" in found and not found["brief_at"]:
            self.add_error("brief_at", gettext("Say at what time."))
        return found


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: SignedIn) -> HttpResponse:
    user, is_sent = request.user, request.method == "POST"
    kept = _kept(user)
    # What has no tick says nothing: without any, what is sent is empty.
    given = request.POST if is_sent else None
    form = WaysForm(given, instance=copy(user), initial=kept)
    wanted = request.POST.getlist("wanted")
    if is_sent and form.is_valid():
        _keep(user, form.cleaned_data, wanted, kept)
        messages.success(request, gettext("Saved."))
        return redirect("portal:notifications")
    choices = unsubscribing.choices(user)
    if is_sent:
        # As it was filled in, though none of it holds yet.
        choices = [
            each._replace(is_wanted=each.category.slug in wanted) for each in choices
        ]
    phone = numbers.primary(user)
    shown = {
        "form": form,
        "choices": choices,
        "phone": phone,
        "has_brief": features.is_on(user, _BRIEF),
        "now": timezone.now(),
    }
    return render(request, "portal/notifications.html", shown)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def letters_alone(request: SignedIn) -> HttpResponse:
    """Where the switches of letters were: what a page that is still open sends is kept."""
    if request.method == "POST":
        unsubscribing.choose(request.user, request.POST.getlist("wanted"))
        messages.success(request, gettext("Saved."))
    return redirect("portal:notifications")


@signed_in
@require_POST
def test(request: SignedIn) -> HttpResponse:
    """A letter or a text to try whether it arrives."""
    by = request.POST.get("by", "")
    if by not in trying.WAYS:
        raise NotFound
    try:
        messages.success(request, trying.send(request.user, by))
    except AppError as error:
        messages.error(request, error.sentence)
    return redirect("portal:notifications")


def _kept(user: User) -> dict[str, Any]:
    at = briefs.of(user)
    return {
        "nudges": features.is_on(user, _NUDGES),
        "brief": at is not None,
        "brief_at": at,
    }


@transaction.atomic
def _keep(
    user: User, said: dict[str, Any], wanted: list[str], before: dict[str, Any]
) -> None:
    """What has changed, and nothing else."""
    quiet = {name: said[name] for name in ("quiet_from", "quiet_until")}
    profiles.change(user=user, **quiet)
    unsubscribing.choose(user, wanted)
    if said["nudges"] != before["nudges"]:
        features.switch(user=user, key=_NUDGES, is_on=said["nudges"])
    at = said["brief_at"] if said["brief"] else None
    # Without the feature it was no choice, and comes back as it was.
    if at != before["brief_at"] and features.is_on(user, _BRIEF):
        briefs.keep(user=user, at=at, now=timezone.now())

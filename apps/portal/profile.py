"""What a person is called, where they are, and how they read."""

from __future__ import annotations

from copy import copy
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from apps.accounts import profile as profiles
from apps.accounts.forms import PreferencesForm, ProfileForm
from apps.accounts.models import User
from apps.core import languages
from apps.core.verbs import require_http_methods
from apps.portal import meanwhile
from apps.portal.shell import SignedIn
from apps.rbac.declared import signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: SignedIn) -> HttpResponse:
    return _form(request, ProfileForm, "profile")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedIn) -> HttpResponse:
    return _form(request, PreferencesForm, "preferences")


def _form(request: SignedIn, kind: type[ModelForm[User]], name: str) -> HttpResponse:
    # A copy: a form writes what is wrong into its person, too, and the page shows them.
    row = copy(request.user)
    with meanwhile.held(request, row):
        form = kind(request.POST or None, instance=row)
        told = {field: form.initial.get(field) for field in form.fields}
        now, status = meanwhile.mark(told), HTTPStatus.OK
        if request.method == "POST" and request.POST.get("seen", now) != now:
            status = HTTPStatus.CONFLICT
        elif request.method == "POST" and form.is_valid():
            profiles.change(user=request.user, **form.cleaned_data)
            # In the language that was just chosen.
            with languages.speaking(
                form.cleaned_data.get("locale", request.user.locale)
            ):
                messages.success(request, gettext("Saved."))
            return redirect(f"portal:{name}")
    shown = {
        "form": form,
        "now": timezone.now(),
        "seen": now,
        "changed": _said(form, told) if status == HTTPStatus.CONFLICT else None,
    }
    return render(request, f"portal/{name}.html", shown, status=status)


def _said(form: ModelForm[User], told: dict[str, Any]) -> dict[str, list[str]]:
    """What there is by now, to be read."""
    lines = []
    for name, value in told.items():
        choices = dict(getattr(form.fields[name], "choices", ()))
        words = choices.get(value, value)
        lines.append(f"{form.fields[name].label}: {words}")
    return {"meanwhile": lines}

"""Words of a person are shown to an operator once, for a reason, and they are told."""

import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from apps.core.errors import Forbidden
from apps.rbac import audit, policy

if TYPE_CHECKING:
    from apps.rbac.console.pages import Page


# Letters and symbols that look like nothing, beside spaces, marks and controls.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def insist_on_seen(text: str, at_least: int = 1) -> None:
    """Raises `ValidationError` where a reader would see less."""
    seen = sum(
        unicodedata.category(each)[0] not in "CMZ" and each not in _BLANK
        for each in text
    )
    if seen < at_least:
        raise ValidationError("Say it in words that can be read.")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=5,
        max_length=200,
        validators=[partial(insist_on_seen, at_least=5)],
        help_text="Kept in the audit, and shown to the person.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def permission(page: "Page") -> str:
    return f"{page.opts.app_label}.{page.opts.model_name}.reveal"


def may(page: "Page", request: HttpRequest) -> bool:
    return bool(policy.can(request.user, permission(page)))


def address(page: "Page", obj: Model) -> str:
    name = f"admin:{page.opts.app_label}_{page.opts.model_name}_reveal"
    return reverse(name, args=[obj.pk])


def answer(page: "Page", request: HttpRequest, object_id: str) -> HttpResponse:
    """Asks for the reason, records the look, then shows what was hidden, this once."""
    obj = page.seen(request, object_id)
    if not may(page, request):
        audit.decided(
            permission(page),
            allowed=False,
            actor=request.user,
            subject=page.person_of(obj),
            obj=obj,
        )
        raise Forbidden
    form = ReasonForm(request.POST or None)
    shown: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        audit.decided(
            permission(page),
            allowed=True,
            actor=request.user,
            subject=page.person_of(obj),
            obj=obj,
            words=form.cleaned_data["reason"],
            now=True,
        )
        shown = [(name, getattr(obj, name)) for name in page.secret]
    context = {
        **page.admin_site.each_context(request),
        "title": f"Reveal {obj._meta.verbose_name}",
        "form": form,
        "shown": shown,
        "opts": page.opts,
        "original": obj,
        "row_name": page.row_name(obj),
    }
    response = TemplateResponse(request, "admin/reveal.html", context)
    add_never_cache_headers(response)
    return response

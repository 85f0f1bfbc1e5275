"""Words of a person are shown to an operator once, for a reason, and they are told."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from apps.core.errors import Forbidden
from apps.rbac import audit, looks, policy, reasons

if TYPE_CHECKING:
    from apps.rbac.console.pages import Page


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=reasons.SHORTEST,
        max_length=reasons.LONGEST,
        validators=[reasons.insist_on_enough],
        help_text="Kept in the audit, and shown to the person.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, is_told: bool = True, **more: Any) -> None:
        """`is_told`: it is about somebody, who can read the reason."""
        super().__init__(*args, **more)
        if not is_told:
            self.fields["reason"].help_text = "Kept in the audit."


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
    person = page.person_of(obj)
    form = ReasonForm(request.POST or None, is_told=person is not None)
    shown: list[tuple[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        found = looks.reveal(
            obj,
            page.secret,
            by=request.user,
            person=person,
            reason=form.cleaned_data["reason"],
        )
        shown = list(found.items())
    context = {
        **page.admin_site.each_context(request),
        "title": f"Reveal {obj._meta.verbose_name}",
        "form": form,
        "is_told": person is not None,
        "shown": shown,
        "opts": page.opts,
        "original": obj,
        "row_name": page.row_name(obj),
    }
    response = TemplateResponse(request, "admin/reveal.html", context)
    add_never_cache_headers(response)
    return response

"""Pages of the console that try things: words on the grammar, a turn once more."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from apps.assistant import phrases, phrasings, sandbox
from apps.core import years
from apps.rbac import audit, policy, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.console.pages import Page
from apps.rbac.console.reveal import ReasonForm
from apps.sms.models import Turn

# What is read there: a person's texts, and what was done and said about them.
READS = (
    Permission.INBOUND_REVEAL,
    Permission.OUTBOUND_REVEAL,
    Permission.TOOL_CALL_REVEAL,
)


class WordsForm(forms.Form):
    words = forms.CharField(max_length=500, label="What somebody texts")
    language = forms.ChoiceField(choices=[])
    zone = forms.CharField(max_length=64, label="Their time zone")
    now = forms.DateTimeField(
        required=False,
        label="Said at, by their clock",
        help_text="Empty: now.",
        validators=[years.within],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        spoken: Any = self.fields["language"]
        spoken.choices = [(each, each) for each in phrases.languages()]
        self.fields["language"].initial = phrases.DEFAULT
        self.fields["zone"].initial = "America/New_York"

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if zone not in available_timezones():
            raise ValidationError("There is no such time zone. One is Europe/Paris.")
        return zone

    def tried(self) -> phrasings.Trial:
        given = self.cleaned_data
        zone, now = ZoneInfo(given["zone"]), given["now"] or timezone.now()
        if given["now"]:
            # It was read as the operator's clock.
            now = timezone.make_naive(now).replace(tzinfo=zone)
        return phrasings.tried(
            given["words"], language=given["language"], zone=zone.key, now=now
        )


def grammar(page: Page, request: HttpRequest) -> HttpResponse:
    """What the grammar makes of some words. Nothing is done, so it may be passed on as an
    address."""
    if not policy.can(request.user, Permission.PHRASING_VIEW):
        verdicts.insist(request.user, Permission.PHRASING_VIEW)
    asked = request.GET if "words" in request.GET else None
    form = WordsForm(asked)
    context = {
        **page.admin_site.each_context(request),
        "title": "Try the grammar",
        "opts": page.opts,
        "form": form,
        "trial": form.tried() if form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/grammar.html", context)


def redo(page: Page, request: HttpRequest, turn_id: int) -> HttpResponse:
    """Asks for a reason, as a person's words are read; records it; then shows what
    happened beside what would happen now."""
    for permission in READS:
        if not policy.can(request.user, permission):
            verdicts.insist(request.user, permission)
    turn = Turn.objects.select_related("user", "lane").filter(pk=turn_id).first()
    if turn is None or turn.user is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        shown = _beside(request, turn, form.cleaned_data["reason"])
    context = {
        **page.admin_site.each_context(request),
        "title": "Do it again in a sandbox",
        "opts": Turn._meta,
        "original": turn,
        "row_name": f"turn {turn.pk}",
        "form": form,
        **shown,
    }
    response = TemplateResponse(request, "admin/redo.html", context)
    add_never_cache_headers(response)
    return response


def _beside(request: HttpRequest, turn: Turn, reason: str) -> dict[str, Any]:
    for permission in READS:
        audit.decided(
            permission,
            allowed=True,
            actor=request.user,
            subject=turn.user,
            obj=turn,
            words=reason,
            now=True,
        )
    texts = list(turn.texts.filter(keyword="").order_by("pk"))
    columns = {"What happened": sandbox.then(turn)}
    if texts:
        columns["What would happen now"] = sandbox.again(turn, texts)
    return {"texts": texts, "columns": columns}

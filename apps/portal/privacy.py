"""What is kept of a person, how long, and who sees it: read from what the code itself
goes by, so that it says nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts import closing, exports
from apps.core import dossier
from apps.core.dossier import Kept
from apps.core.verbs import require_safe
from apps.integrations import provider as shelf
from apps.jobs import keeping
from apps.portal.frames import frame
from apps.rbac import catalog
from apps.rbac.catalog import Permission
from apps.rbac.declared import public
from apps.rbac.models import Role

# What the shelves `personal.py` hold, by the app that keeps it, in the order of the page.
AREAS = (
    ("accounts", _("You, and where you sign in")),
    ("factors", _("Second factors")),
    ("sms", _("Phones and texts")),
    ("assistant", _("What your assistant does for you")),
    ("integrations", _("Connected accounts")),
    ("webhooks", _("Webhooks")),
    ("analytics", _("Sums of what you used")),
    ("jobs", _("Letters, and work in the background")),
    ("rbac", _("Roles, and the record of what happened")),
)
_REVEALS = [
    catalog.parts(each).codename for each in Permission if each.endswith(".reveal")
]


@dataclass(frozen=True)
class Term:
    """How long rows are kept once they are what `words` say; no `days` where an operator
    has switched that off, and they stay."""

    words: str
    days: int | None


@dataclass(frozen=True)
class Line:
    """`stays` says what remains when the account is erased, and why."""

    words: str
    is_handed_out: bool
    stays: str
    terms: list[Term]


@dataclass(frozen=True)
class Area:
    key: str
    title: Any
    lines: list[Line]


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    shown = {
        "frame": frame(request),
        "areas": areas(),
        "readers": readers(),
        "providers": [shelf.named(key).name for key in shelf.ids()],
        "has_carrier": settings.SMS_GATEWAY == "twilio",
        "mail_provider": settings.MAIL_PROVIDER,
        "model_host": urlsplit(settings.ASSISTANT_LLM_BASE_URL).hostname,
        "days_to_return": closing.DAYS_TO_RETURN,
        "days_to_fetch": exports.KEPT_FOR.days,
        "audit_months": settings.AUDIT_KEEP_MONTHS,
        "support_email": settings.SUPPORT_EMAIL,
    }
    return render(request, "portal/privacy.html", shown)


def areas() -> list[Area]:
    """All that is kept of people. One query."""
    terms = _terms()
    titles, kept = dict(AREAS), dossier.by_app()
    return [
        # One that has no title yet is told all the same.
        Area(
            key,
            titles.get(key, key),
            [_line(each, terms.get(each.model, [])) for each in kept[key]],
        )
        for key in (*titles, *kept.keys() - titles.keys())
    ]


def readers() -> list[str]:
    """The names of the roles that may open what people wrote, as they are now."""
    roles = Role.objects.filter(group__permissions__codename__in=_REVEALS)
    names = roles.distinct().order_by("name").values_list("name", flat=True)
    return [gettext(name) for name in names]


def _line(kept: Kept, terms: list[Term]) -> Line:
    stays = gettext(kept.stays) if kept.stays else ""
    return Line(gettext(kept.words), bool(kept.name), stays, terms)


def _terms() -> dict[type[Model], list[Term]]:
    """By the table that a rule removes rows of."""
    found: dict[type[Model], list[Term]] = {}
    for model, term in _of_rules():
        found.setdefault(model, []).append(term)
    return found


def _of_rules() -> Iterator[tuple[type[Model], Term]]:
    for rule, days, is_on in keeping.settled():
        # Which rows it would be is not asked, only of what.
        model = rule.old(timezone.now()).model
        yield model, Term(gettext(rule.words), days if is_on else None)

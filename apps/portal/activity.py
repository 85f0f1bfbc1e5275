"""A person's own part of the audit, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import (
    get_language,
    gettext,
    gettext_noop,
    override,
)

from apps.accounts import places
from apps.core import kinds, numerals, spreadsheet
from apps.core.errors import Invalid
from apps.core.verbs import require_safe
from apps.portal import deeds
from apps.portal.deeds import Deed
from apps.portal.shell import SignedIn
from apps.rbac import timeline
from apps.rbac.declared import signed_in
from apps.rbac.timeline import Moment

# What operators look at, as its model calls it, for the catalogue.
_THINGS = (
    gettext_noop("approval"),
    gettext_noop("audit event"),
    gettext_noop("call of Twilio"),
    gettext_noop("charge"),
    gettext_noop("connection"),
    gettext_noop("consent"),
    gettext_noop("conversation"),
    gettext_noop("delivery"),
    gettext_noop("event"),
    gettext_noop("export of personal data"),
    gettext_noop("inbound text"),
    gettext_noop("job"),
    gettext_noop("known browser"),
    gettext_noop("lane"),
    gettext_noop("letter"),
    gettext_noop("line of the usage log"),
    gettext_noop("list"),
    gettext_noop("note"),
    gettext_noop("outbound text"),
    gettext_noop("person"),
    gettext_noop("phone number"),
    gettext_noop("reminder"),
    gettext_noop("report"),
    gettext_noop("role assignment"),
    gettext_noop("sign-in"),
    gettext_noop("suppressed address"),
    gettext_noop("sync"),
    gettext_noop("thought"),
    gettext_noop("tool call"),
    gettext_noop("turn"),
    gettext_noop("webhook"),
)

# What of a person's activity is about who gets in, by the beginning of its tag.
SECURITY = (
    "accounts.session.",
    "accounts.password.",
    "accounts.personaltoken.",
    "accounts.email.",
    "accounts.export.",
    "accounts.standin.",
    "accounts.user.close",
    "accounts.user.link_sign_in",
    "accounts.user.panic",
    "accounts.user.re",  # reopened, restored
    "accounts.user.suspend",
    "accounts.user.thaw",
    "accounts.user.unlink_sign_in",
    "accounts.user.view",
    "mfa.",
    "rbac.roleassignment.",
    "sms.phonenumber.",
    "webhooks.endpoint.",
)
# What can be looked at alone, by the beginning of its tag.
KINDS = {
    "security": (gettext_noop("Security"), SECURITY),
    "assistant": (gettext_noop("Assistant"), ("assistant.",)),
    "connections": (gettext_noop("Connections"), ("integrations.",)),
}
_COLUMNS = ("at", "what", "outcome", "who", "reason", "where", "page")


@dataclass(frozen=True)
class Line:
    moment: Moment
    deed: Deed
    words: str
    reason: str
    place: str


def beginnings(kind: str) -> tuple[str, ...]:
    """Of the actions of a kind; of all, where none is said."""
    return KINDS[kind][1] if kind else ("",)


@signed_in
@require_safe
def activity(request: SignedIn) -> HttpResponse:
    """With `kind` of that alone. Raises Invalid."""
    before, kind = request.GET.get("before", ""), request.GET.get("kind", "")
    if kind and kind not in KINDS:
        raise Invalid(gettext("There is no such view."))
    page = timeline.page(request.user.pk, before=before, actions=beginnings(kind))
    shown = {
        "lines": [line(moment) for moment in page.moments],
        "older": page.older,
        "before": before,
        "kind": kind,
        "kinds": [(key, gettext(title)) for key, (title, _) in KINDS.items()],
    }
    return render(request, "portal/activity.html", shown)


@signed_in
@require_safe
def table(request: SignedIn) -> StreamingHttpResponse:
    """All of it as CSV, the newest first."""
    return StreamingHttpResponse(
        _table(request.user.pk, get_language()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="activity.csv"'},
    )


def _table(person_id: int, language: str | None) -> Iterator[str]:
    yield spreadsheet.line(_COLUMNS)
    for moment in timeline.every(person_id, also_may=False):
        # It is read when the request is over.
        with override(language):
            told = line(moment)
        yield spreadsheet.line(
            [
                moment.at,
                told.words,
                moment.outcome,
                moment.who,
                told.reason,
                told.place,
                moment.page,
            ]
        )


def line(moment: Moment) -> Line:
    found = deeds.deed(moment.action, moment.outcome)
    is_told = deeds.asks_why(moment.action, moment.outcome)
    reason = moment.reason or (moment.code if is_told else "")
    place = places.words(moment.address, moment.browser)
    return Line(moment, found, _words(moment, found), reason, place)


def _words(moment: Moment, found: Deed) -> str:
    if moment.who == "nobody":
        return gettext(found.alone or found.own)
    if moment.who == "you":
        return gettext(found.own)
    is_staff = moment.who == "staff"
    who = gettext("Somebody from Switchboard") if is_staff else gettext("Somebody else")
    words = f"{who} {gettext(found.theirs)}"
    if found.is_work:
        return words.format(work=_work(moment))
    if not found.is_look:
        return words
    if what := _thing(moment.obj_type):
        return gettext("%(words)s your %(what)s") % {"words": words, "what": what}
    return gettext("%(words)s something of yours") % {"words": words}


def _work(moment: Moment) -> str:
    """ "the export of your data", "3 pieces of background work of yours (a.kind)"; by
    its name, if nobody has said what to call it."""
    kind = kinds.named(moment.work)
    if moment.count == 1 and kind is not None and kind.called:
        return gettext(kind.called)
    work = gettext("background work of yours")
    if moment.count > 1:
        work = gettext("%(count)s pieces of background work of yours")
        work %= {"count": numerals.shown(f"{moment.count:,}")}
    return f"{work} ({moment.work})" if moment.work else work


def _thing(obj_type: str) -> str:
    """ "phone number" of "sms.phonenumber", in the words of the model; as it is, if the
    model is gone."""
    if not obj_type:
        return ""
    try:
        return gettext(str(apps.get_model(obj_type)._meta.verbose_name))
    except (LookupError, ValueError):
        return obj_type

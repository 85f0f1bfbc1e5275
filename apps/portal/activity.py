"""A person's own part of the audit, in plain words."""

from dataclasses import dataclass

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop

from apps.accounts import places
from apps.core import kinds, numerals
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


@dataclass(frozen=True)
class Line:
    moment: Moment
    deed: Deed
    words: str
    reason: str
    place: str


@signed_in
@require_safe
def activity(request: SignedIn) -> HttpResponse:
    before = request.GET.get("before", "")
    page = timeline.page(request.user.pk, before=before)
    lines = [line(moment) for moment in page.moments]
    shown = {"lines": lines, "older": page.older, "before": before}
    return render(request, "portal/activity.html", shown)


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

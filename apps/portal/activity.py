"""A person's own part of the audit, in plain words."""

from dataclasses import dataclass

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render

from apps.accounts import places
from apps.core import kinds
from apps.core.verbs import require_safe
from apps.portal import deeds
from apps.portal.deeds import Deed
from apps.portal.shell import SignedIn
from apps.rbac import timeline
from apps.rbac.declared import signed_in
from apps.rbac.timeline import Moment


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
        return found.alone or found.own
    if moment.who == "you":
        return found.own
    who = "Somebody from Switchboard" if moment.who == "staff" else "Somebody else"
    words = f"{who} {found.theirs}"
    if found.is_work:
        return words.format(work=_work(moment))
    if not found.is_look:
        return words
    what = _thing(moment.obj_type)
    return f"{words} your {what}" if what else f"{words} something of yours"


def _work(moment: Moment) -> str:
    """ "the export of your data", "3 pieces of background work of yours (a.kind)"; by
    its name, if nobody has said what to call it."""
    kind = kinds.named(moment.work)
    if moment.count == 1 and kind is not None and kind.called:
        return kind.called
    work = "background work of yours"
    if moment.count > 1:
        work = f"{moment.count:,} pieces of {work}"
    return f"{work} ({moment.work})" if moment.work else work


def _thing(obj_type: str) -> str:
    """ "phone number" of "sms.phonenumber"; as it is, if the model is gone."""
    if not obj_type:
        return ""
    try:
        return str(apps.get_model(obj_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return obj_type

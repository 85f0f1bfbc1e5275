"""A phone to play with: it texts through the real, signed webhook."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from apps.core import live
from apps.core.errors import AppError, NotFound
from apps.portal.forms import LONGEST_TEXT, LineForm, PlayedTextForm
from apps.portal.templatetags.ui import milliseconds
from apps.rbac.declared import in_person, public
from apps.sms import simulator, troubles
from apps.sms.models import InboundText, PhoneNumber

View = Callable[[HttpRequest], HttpResponse]

STRANGER = "+12025550199"
SHOWN = 60
LOG = "dev_phone_log"
LOG_LENGTH = 15
# What was typed and did not leave: it stands in the box again.
DRAFT = "dev_phone_draft"
# So many phones stand beside the one in hand; so many more unfold.
NEAR = 5
KNOWN = 60
# Long enough to be seen waiting, short enough to wait for.
SLOW_SECONDS = 8
CARRIER_ERROR = "30003"
TROUBLES = {
    "slow": f"takes {SLOW_SECONDS} s longer",
    "fail": f"fails with error {CARRIER_ERROR}",
}
WORDS = {"stop": "STOP", "start": "START", "help": "HELP"}


@dataclass(frozen=True)
class Lines:
    """(number, whose it is) of the phones to choose from."""

    near: list[tuple[str, str]]
    more: list[tuple[str, str]]


@dataclass(frozen=True)
class Said:
    """One bubble of the phone's own thread."""

    mine: bool
    body: str
    at: datetime
    facts: list[str] = field(default_factory=list)
    error: str = ""


def _only_here(view: View) -> View:
    """For everyone where the simulator is on; nothing at this address elsewhere."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not simulator.is_on():
            raise NotFound("There is no page at this address.")
        return view(request)

    # Codes arrive here: not while somebody stands in for another.
    return in_person(public)(guarded)


@_only_here
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    lines = _lines()
    number = _number(request, lines)
    thread = _thread(number)
    with timezone.override(_zone(number)):
        return live.answer(
            request,
            live.version(thread),
            lambda: _shown(request, number, lines, thread),
            page="portal/dev_phone.html",
            part="portal/_dev_thread.html",
        )


def _shown(
    request: HttpRequest, number: str, lines: Lines, thread: list[Said]
) -> dict[str, Any]:
    return {
        "number": number,
        "lines": lines,
        "is_far": number in dict(lines.more),
        "thread": thread,
        "form": PlayedTextForm(initial=_draft(request, number)),
        "line_form": LineForm(auto_id="line_%s"),
        "log": request.session.get(LOG, []),
    }


@_only_here
@require_POST
def play(request: HttpRequest) -> HttpResponse:
    """Do what the button says with this phone, then show it again."""
    form = PlayedTextForm(request.POST)
    # Longer than this is no slip of the hand, and the session is no place for it.
    request.session[DRAFT] = request.POST.get("body", "")[: 2 * LONGEST_TEXT]
    if not form.is_valid():
        messages.error(request, "A text has at most 1,600 characters.")
        return _shown_again(form.data.get("number", ""))
    number = form.cleaned_data["number"]
    try:
        _act(request, number, form.cleaned_data["body"])
    except AppError as error:
        messages.error(request, error.sentence)
    return _shown_again(number)


def _shown_again(number: str) -> HttpResponse:
    return redirect(f"{reverse('portal:dev_phone')}?{urlencode({'number': number})}")


def _act(request: HttpRequest, number: str, body: str) -> None:
    asked = request.POST.get("do", "send")
    if asked in TROUBLES:
        _trouble(request, number, asked, body)
    elif asked == "twice":
        _repeat(request, number)
    elif asked in WORDS:
        _send(request, number, WORDS[asked])
    elif asked == "forge":
        typed = body or "Not from Twilio"
        _send_typed(request, number, typed, good_signature=False)
    else:
        _send_typed(request, number, body)


def _trouble(request: HttpRequest, number: str, asked: str, body: str) -> None:
    """For the text in the box, at once; with an empty box for the next one."""
    if asked == "slow":
        simulator.pause_next(number, SLOW_SECONDS)
    else:
        simulator.fail_next(number, CARRIER_ERROR)
    which = "answer to this text" if body else "next answer"
    messages.info(request, f"The {which} {TROUBLES[asked]}.")
    if body:
        _send_typed(request, number, body)


def _send_typed(request: HttpRequest, number: str, body: str, **how: Any) -> None:
    _send(request, number, body, **how)
    del request.session[DRAFT]


def _repeat(request: HttpRequest, number: str) -> None:
    """The carrier delivers the last text once more, as carriers do."""
    last = InboundText.objects.filter(number=number).order_by("-id").first()
    if last is None:
        raise NotFound("Text something first; then it can arrive twice.")
    _send(request, number, last.body, sid=last.sid)


def _send(request: HttpRequest, number: str, body: str, **how: Any) -> None:
    answer = simulator.text(number=number, body=body, **how)
    entry = {
        "at": timezone.now().isoformat(),
        "number": number,
        "sid": answer.sid,
        "status": answer.status,
        "milliseconds": answer.milliseconds,
        "note": _note(answer.status, how),
    }
    request.session[LOG] = [entry, *request.session.get(LOG, [])][:LOG_LENGTH]


def _note(status: int, how: dict[str, Any]) -> str:
    if how.get("sid"):
        return "duplicate, acknowledged"
    if status == 403:
        return "bad signature, refused"
    return "accepted" if status < 300 else "refused"


def _lines() -> Lines:
    """The phones that are known, the oldest near; a stranger's is always there."""
    known = PhoneNumber.objects.exclude(status=PhoneNumber.Status.RELEASED)
    rows = known.select_related("user").order_by("created_at")[:KNOWN]
    owners: dict[str, str] = {}
    for row in rows:
        # Many may note a number; whoever has proven it is the one who answers.
        if row.is_verified or row.e164 not in owners:
            owners[row.e164] = f"{row.user.short_name}’s phone"
    stranger = (STRANGER, owners.pop(STRANGER, "A stranger’s phone"))
    found = list(owners.items())
    return Lines([*found[:NEAR], stranger], found[NEAR:])


def _draft(request: HttpRequest, number: str) -> dict[str, str]:
    body = "" if live.is_asked_again(request) else request.session.pop(DRAFT, "")
    return {"number": number, "body": body}


def _number(request: HttpRequest, lines: Lines) -> str:
    """The number asked for; anything that is none gives the first phone."""
    form = LineForm(request.GET)
    if "number" not in request.GET:
        return lines.near[0][0]
    if form.is_valid():
        return str(form.cleaned_data["number"])
    messages.error(request, " ".join(map(str, form.errors["number"])))
    return lines.near[0][0]


def _zone(number: str) -> ZoneInfo:
    """The clock of whoever holds the phone."""
    held = PhoneNumber.objects.verified().filter(e164=number)
    owner = held.select_related("user").first()
    return owner.user.zone if owner else ZoneInfo("UTC")


def _thread(number: str) -> list[Said]:
    """What this phone sent and got, in the order it happened."""
    sent = InboundText.objects.filter(number=number).order_by("-id")[:SHOWN]
    thread = [Said(True, text.body, text.received_at) for text in sent]
    for got in simulator.inbox(number)[-SHOWN:]:
        thread.append(
            Said(False, got.body, got.at, _facts(got), _error(got.error_code))
        )
    return sorted(thread, key=lambda said: said.at)[-SHOWN:]


def _error(code: str) -> str:
    return f"error {code}: {troubles.in_words(code)}" if code else ""


def _facts(got: simulator.Received) -> list[str]:
    plural = "" if got.segments == 1 else "s"
    facts = [got.status, f"{got.segments} segment{plural}"]
    if got.milliseconds is not None:
        facts.append(milliseconds(got.milliseconds))
    return facts

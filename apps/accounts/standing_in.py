"""An operator looks at the pages as somebody else sees them, for a reason.

The operator's own session goes on and only remembers for whom, why and until when. On
every request it is asked anew whether they may, so whatever ends their session, their
role or their reach ends this at once. Nothing can be changed meanwhile, and what is
`declared.in_person` stays closed: the console, passwords, addresses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext, gettext_noop
from django_htmx.http import HttpResponseClientRedirect

from apps.accounts import preferences
from apps.accounts.models import User
from apps.core.errors import AppError, Conflict, Forbidden, Unavailable
from apps.core.problems import answer
from apps.rbac import assignments, audit, declared, policy, verdicts
from apps.rbac.catalog import Permission

START, LOOK, STOP = (f"accounts.standin.{each}" for each in ("start", "look", "stop"))
# Long enough to see what somebody describes on the telephone; whoever needs longer says
# why once more.
LONGEST = timedelta(minutes=30)
_KEY = "standing_in"
_ADDRESS_LENGTH = 200
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What may be posted all the same, by the name of its address.
_SIGN_OUT = "account_logout"
_WAYS_OUT = frozenset({_SIGN_OUT, "stop_standing_in"})
_WORDS = {
    "time_over": gettext_noop("Your time is over."),
    "operator_gone": gettext_noop("You are not signed in any more."),
    "not_theirs": gettext_noop("Somebody else began it."),
    "person_gone": gettext_noop("Their account is closed."),
    "not_granted": gettext_noop("Your role does not allow it any more."),
    "beyond_reach": gettext_noop("They may do more than you now."),
}


@dataclass(frozen=True)
class StandIn:
    operator: User
    person: User
    reason: str
    until: datetime

    @property
    def until_clock(self) -> str:
        """In the operator's own zone, while the pages are in the person's."""
        until = self.until.astimezone(self.operator.zone)
        return f"{preferences.clock(until, self.operator)} {until:%Z}"


class Over(Forbidden):
    """What was begun does not hold any more; `code` says why."""

    def __init__(self, code: str) -> None:
        words = gettext("You no longer stand in for them.")
        super().__init__(f"{words} {gettext(_WORDS[code])}", code=code)


def start(request: HttpRequest, person: User, reason: str) -> None:
    """From the next request on. Raises Forbidden or Conflict, as `insist` does, and
    Unavailable when it cannot be recorded."""
    operator: Any = request.user
    insist(request, person)
    until = timezone.now() + LONGEST
    audit.decided(
        START,
        allowed=True,
        actor=operator,
        subject=person,
        obj=person,
        words=reason,
        now=True,
    )
    request.session[_KEY] = {
        "operator": operator.pk,
        "person": person.pk,
        "reason": reason,
        "until": until.isoformat(),
    }
    request.session.cycle_key()


def stop(request: HttpRequest, why: str = "asked") -> None:
    """From the next request on, for good: a request that still runs with the old
    session's key cannot write it back."""
    _end(request, why)
    request.session.cycle_key()


def insist(request: HttpRequest, person: User) -> None:
    """Raises Forbidden without the permission, for oneself and for whoever may do more;
    Conflict for a closed account and while standing in already. Recorded."""
    operator: Any = request.user
    with verdicts.refusals(START, by=operator, subject=person, obj=person):
        _insist(request, operator, person)


def may(request: HttpRequest, person: User) -> bool:
    """The same as a question, of which nothing is recorded."""
    try:
        _insist(request, request.user, person)
    except AppError:
        return False
    return True


class StandingInMiddleware:
    """Makes `request.user` the person and `request.actor` the operator.

    Inside the audit, which collects each look with all else that a request records;
    outside the policies, which are asked about the person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        kept = request.session.get(_KEY)
        if kept is None:
            return self.get_response(request)
        try:
            found = _taken_up(request.user, kept)
        except Over as over:
            # Ended in process_view, where there is a page to say so.
            request.standing_in_over, request.stood_in = over, kept
            return self.get_response(request)
        request.user, request.actor = found.person, found.operator
        request.standing_in = found
        response = self.get_response(request)
        # What an open page asks every few seconds and has no news to show is no look.
        if request.standing_in and response.status_code == 200:
            try:
                _looked(request, allowed=True)
            except Unavailable as error:
                return answer(request, error)
        # Nobody finds these pages by going back after the end.
        add_never_cache_headers(response)
        return response

    def process_view(
        self,
        request: Any,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name
        is_way_out = request.method == "POST" and name in _WAYS_OUT
        over: Over | None = getattr(request, "standing_in_over", None)
        if over is not None:
            _end(request, over.code)
            # Not even a form: it was filled in on the page of somebody else.
            return None if is_way_out else _sent_home(request, over)
        if getattr(request, "standing_in", None) is None:
            return None
        if is_way_out:
            if name == _SIGN_OUT:
                # It is the operator who signs out.
                _end(request, "signed_out")
            return None
        refusal = _refusal(request, view)
        if refusal is None:
            return None
        _looked(request, allowed=False, reason=refusal.code)
        return answer(request, refusal)


def _insist(request: HttpRequest, operator: Any, person: User) -> None:
    if getattr(request, "standing_in", None) is not None:
        raise Conflict(gettext("You stand in for somebody already."), code="nested")
    if not policy.can(operator, Permission.PERSON_IMPERSONATE):
        raise Forbidden(code="not_granted")
    if operator.pk == person.pk:
        raise Forbidden(gettext("Nobody stands in for themself."), code="oneself")
    if not person.is_active:
        raise Conflict(gettext("Their account is closed."), code="person_gone")
    assignments.insist_within_reach(operator, person)


def _taken_up(operator: Any, kept: dict[str, Any]) -> StandIn:
    """What the session keeps, if it still holds. Raises Over."""
    if not operator.is_authenticated:
        raise Over("operator_gone")
    if operator.pk != kept["operator"]:
        raise Over("not_theirs")
    until = datetime.fromisoformat(kept["until"])
    if timezone.now() >= until:
        raise Over("time_over")
    person = User.objects.filter(pk=kept["person"], is_active=True).first()
    if person is None:
        raise Over("person_gone")
    if not policy.can(operator, Permission.PERSON_IMPERSONATE):
        raise Over("not_granted")
    try:
        assignments.insist_within_reach(operator, person)
    except Forbidden as error:
        raise Over("beyond_reach") from error
    return StandIn(operator, person, kept["reason"], until)


def _end(request: Any, why: str) -> None:
    # A sign-in that is over has taken its session's memory with it.
    kept = request.session.pop(_KEY, None) or getattr(request, "stood_in", None)
    stand_in: StandIn | None = getattr(request, "standing_in", None)
    if stand_in is not None:
        request.user, request.actor, request.standing_in = stand_in.operator, None, None
    if kept is None:
        return
    if why == "not_theirs":
        audit.decided(START, allowed=False, subject=kept["person"], reason=why)
    else:
        audit.decided(
            STOP,
            allowed=True,
            actor=kept["operator"],
            subject=kept["person"],
            reason=why,
        )


def _refusal(request: Any, view: Callable[..., Any]) -> Forbidden | None:
    person = request.standing_in.person.short_name
    namespaces = request.resolver_match.namespaces
    asked = declared.of(view, namespaces, request.method)
    if asked is not None and asked.is_in_person:
        return Forbidden(
            gettext("You stand in for %(person)s: this page is closed until you stop.")
            % {"person": person},
            code="in_person",
        )
    if request.method not in _SAFE:
        return Forbidden(
            gettext("You stand in for %(person)s to look only: nothing can be changed.")
            % {"person": person},
            code="read_only",
        )
    return None


def _looked(request: Any, *, allowed: bool, reason: str = "") -> None:
    audit.decided(
        LOOK,
        allowed=allowed,
        actor=request.standing_in.operator,
        subject=request.standing_in.person,
        reason=reason,
        private={"page": request.get_full_path()[:_ADDRESS_LENGTH]},
        # What was looked at is shown when it is on record.
        now=allowed,
    )


def _sent_home(request: Any, over: Over) -> HttpResponse:
    messages.warning(request, over.sentence)
    if "HX-Request" in request.headers:
        # A part of the page that shows somebody else is not filled with one's own.
        return HttpResponseClientRedirect(settings.LOGIN_REDIRECT_URL)
    return redirect(settings.LOGIN_REDIRECT_URL)

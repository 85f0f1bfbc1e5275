"""Every view says who may use it. One that says nothing is closed.

    @public                             anybody
    @signed_in                          whoever is signed in, for what is theirs
    @about(Permission.REMINDER_VIEW)    whoever is signed in; each row is judged
    @requires(Permission.ROLE_VIEW)     whose roles hold the permission
    at_console(Permission.ROLE_VIEW)    the same of operators, as the console lets them

`in_person` of any of them stays closed to an operator who stands in for somebody
(accounts/standing_in.py); `fresh` asks whoever proved long ago who they are to do it
once more (the app named in `FRESH_AUTH`).

A view of a package declares through `DECLARED_FOR` in the settings. Views of REST
framework declare the same as `policy` and are judged by `api.PolicyPermission`,
after it is known whose token they were called with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.core.errors import Forbidden
from apps.core.logs import logger
from apps.core.problems import answer
from apps.core.verbs import takes
from apps.rbac import policy, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.policy import Decision

# Long enough for what one came to do, too short for a screen left alone.
FRESH_MINUTES = 5
# In the console one works longer; an idle administrator is signed out as soon.
CONSOLE_MINUTES = 60

RECORD_ENTERING_EVERY = timedelta(hours=1)
_ENTERED = "console_entered"

V = TypeVar("V", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """Who may use a view. With neither permission nor public: whoever is signed in.

    `row_permission` judges each row that the view then touches.
    """

    permission: str = ""
    row_permission: str = ""
    is_public: bool = False
    is_in_person: bool = False
    fresh_minutes: int = 0
    needs_two: bool = False
    is_at_console: bool = False

    def __call__(self, view: V) -> V:
        view.policy = self  # type: ignore[attr-defined]  # read back by `of`
        return view

    def step_up(self, request: Any) -> Any:
        """What whoever asks has to prove first, as an error that can be answered; None
        when the proof is fresh enough."""
        if not self.fresh_minutes:
            return None
        ask = import_string(settings.FRESH_AUTH)
        return ask(request, minutes=self.fresh_minutes, two=self.needs_two)

    def judge(self, user: Any, *, again: bool = False) -> Decision:
        """Whether `user` may use the view at all. `again`: a yes is on record already."""
        if self.is_public:
            return Decision(True, policy.Reason.PUBLIC)
        if not self.permission:
            return policy.is_somebody(user)
        if self.is_at_console:
            entered = verdicts.reached(user, Permission.CONSOLE_ENTER, again=again)
            # What is done or looked at there is on record by itself.
            return entered and verdicts.reached(user, self.permission, again=True)
        return verdicts.reached(user, self.permission, again=again)


public = Policy(is_public=True)
signed_in = Policy()


def about(permission: str) -> Policy:
    return Policy(row_permission=permission)


def requires(permission: str) -> Policy:
    return Policy(permission=permission, row_permission=permission)


def in_person(declared: Policy) -> Policy:
    """The same, for nobody who stands in for somebody else."""
    return replace(declared, is_in_person=True)


def fresh(
    declared: Policy, minutes: int = FRESH_MINUTES, *, two: bool = False
) -> Policy:
    """The same, for who has proved within `minutes` who they are: by a second factor if
    they have one, and with `two` also if they do not."""
    return replace(declared, fresh_minutes=minutes, needs_two=two)


console = in_person(
    fresh(requires(Permission.CONSOLE_ENTER), CONSOLE_MINUTES, two=True)
)


def at_console(permission: Permission) -> Policy:
    """`console`, for whose roles hold this permission as well: operations of the API for
    operators (operations.py)."""
    return replace(
        console, permission=permission, row_permission="", is_at_console=True
    )


def marked(view: Callable[..., Any]) -> Policy:
    """For a package that uses Django's own mark, `login_not_required`, and whose pages
    are about signing in."""
    is_open = not getattr(view, "login_required", True)
    return in_person(public if is_open else signed_in)


def by_api(view: Callable[..., Any]) -> bool:
    """Whether REST framework judges this view, by our permission."""
    classes = getattr(getattr(view, "cls", None), "permission_classes", ())
    return any(getattr(each, "judges_policies", False) for each in classes)


def of_class(view: Any, asked: str) -> Policy | None:
    """What a view of REST framework declares for an action or a method."""
    by_action = getattr(view, "policies", {})
    found = by_action.get(asked, getattr(view, "policy", None))
    return found if isinstance(found, Policy) else None


def of(
    view: Callable[..., Any], namespaces: Sequence[str] = (), method: str = "GET"
) -> Policy | None:
    """What a view declares, itself or in the settings; None when nothing does.

    `method`: of views of REST framework, which may declare by action or method.

    `DECLARED_FOR` maps a URL namespace or the beginning of a module's name to a policy,
    or to a function that finds the policy of a view.
    """
    declared = getattr(view, "policy", None)
    if isinstance(declared, Policy):
        return declared
    if (made_of := getattr(view, "cls", None)) is not None:
        verb = "get" if method == "HEAD" else method.lower()
        asked = (getattr(view, "actions", None) or {}).get(verb, verb)
        if (declared := of_class(made_of, asked)) is not None:
            return declared
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    for place, name in settings.DECLARED_FOR.items():
        if place in namespaces or f"{module}.".startswith(f"{place}."):
            found = import_string(name)
            return found if isinstance(found, Policy) else found(view)
    return None


def _entered_lately(request: Any) -> bool:
    """Whether their entering is on record: once a session and hour, since an open front
    page asks every few seconds."""
    who, at = request.session.get(_ENTERED, (None, 0))
    lately = timezone.now().timestamp() - at < RECORD_ENTERING_EVERY.total_seconds()
    return bool(who == request.user.pk and lately)


class DeclaredPolicyMiddleware:
    """Asks the view's policy before the view runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if by_api(view):
            return None
        match = request.resolver_match
        declared = of(view, match.namespaces if match else ())
        if declared is None:
            logger.error("view_without_policy", view=getattr(view, "__name__", ""))
            return answer(request, Forbidden())
        if declared.is_public:
            return None
        again = declared == console and _entered_lately(request)
        decision = declared.judge(request.user, again=again)
        if decision and declared == console and not again:
            request.session[_ENTERED] = [request.user.pk, timezone.now().timestamp()]
        if not decision and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not decision:
            return answer(request, Forbidden())
        if not takes(view, request.method or ""):
            return None
        step_up = declared.step_up(request)
        return None if step_up is None else step_up.answer(request)

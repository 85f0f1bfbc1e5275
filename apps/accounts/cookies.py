"""A browser's cookie leads to its sign-in; allauth's login begins one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_set,
)
from django.contrib import messages
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from apps.accounts import browsers, panic, sessions
from apps.accounts.fresh_auth import has_second_factor
from apps.accounts.models import LoginSession, User
from apps.accounts.models.sessions import BROWSER_LENGTH, LoginSessionQuerySet
from apps.accounts.sessionstore import SessionStore
from apps.core.addresses import client_address
from apps.core.errors import Unavailable
from apps.core.problems import answer
from apps.rbac import audit, origins

_KEY = "sign_in"
_MARK = "proved_for"
_WAS = "signed_out"
_SECOND_FACTOR = "mfa"


class SignInMiddleware(AuthenticationMiddleware):
    """`request.user` and `request.sign_in`, found when first asked for."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:  # type: ignore[override]  # Django's own answers nothing
        try:
            # Read here, where it can be answered: Redis may be away.
            sid_of(request.session)
        except Unavailable as error:
            return answer(request, error)
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]
        return None

    def process_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        browsers.set_cookie(request, response)
        _note_name(request)
        if getattr(request, "sign_in", None) and "Cache-Control" not in response:
            # What is somebody's is kept on no disk, and shown to nobody who comes later.
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(
        self,
        request: Any,
        view: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Who was signed out from elsewhere is told why, once."""
        if not request.user.is_authenticated:
            over = getattr(request, "sign_out", None)
            if over is not None and over.ending:
                messages.warning(request, over.sentence)
        return None


def here(user: User) -> LoginSession | None:
    """The sign-in in which this person does what is being done, if it is they."""
    row: LoginSession | None = getattr(origins.asked(), "sign_in", None)
    return row if row is not None and row.user_id == user.pk else None


def begin(request: Any, user: User) -> LoginSession:
    """For whoever has passed every stage of allauth's login."""
    records = get_authentication_records(request, user)
    headless = getattr(getattr(request, "allauth", None), "headless", None)
    client = getattr(headless, "client", LoginSession.Client.BROWSER)
    client = getattr(client, "value", client)
    if client == LoginSession.Client.BROWSER:
        # One that nobody can use makes no other give way.
        lasting(user)
    row = sessions.begin(
        user=user,
        client=client,
        proved=[_name(record) for record in records],
        twice=any(record["method"] == _SECOND_FACTOR for record in records),
        address=client_address(request),
        browser=request.headers.get("User-Agent", "")[:BROWSER_LENGTH],
    )
    adopt(request.session, row)
    request.sign_in = row
    return row


def lasting(user: User) -> LoginSessionQuerySet:
    """Those of a person that are not over, newest first. A browser's whose session is
    gone, as when Redis was emptied, ends here: nobody can use it."""
    rows = sessions.lasting(user).filter(client=LoginSession.Client.BROWSER)
    names = dict(rows.exclude(kept_as="").values_list("pk", "kept_as"))
    gone = names.keys() - _there(names)
    if gone:
        lost = LoginSession.objects.filter(pk__in=gone)
        sessions.end(lost, sessions.Ending.LOST)
    return sessions.lasting(user)


def pending(request: Any, user: User) -> None:
    """Their first proof counts for the person they are now."""
    request.session[_MARK] = user.password_mark


def insist_unchanged(request: Any, user: User) -> None:
    """Raises `sessions.Over` when the password was changed or the account closed since
    the first proof: whoever gave it may be who all others were signed out for."""
    if not user.is_active:
        raise sessions.Over(sessions.Ending.SUSPENDED)
    if not user.is_password_mark(request.session.get(_MARK, "")):
        raise sessions.Over(sessions.Ending.PASSWORD)


def adopt(store: SessionBase, row: LoginSession) -> None:
    """Make a session belong to a sign-in."""
    store[_KEY] = str(row.pk)


def sid_of(store: SessionBase) -> str | None:
    """The name of the sign-in that a session belongs to."""
    found: str | None = store.get(_KEY)
    return found


def was_of(store: SessionBase) -> int | None:
    """Whose sign-in was over in this browser, while nobody has signed in since."""
    found: int | None = store.get(_WAS)
    return found


def _user(request: Any) -> User | AnonymousUser:
    # The name under which allauth forgets it when it changes the session.
    if not hasattr(request, "_cached_user"):
        request._cached_user = _found(request)
    found: User | AnonymousUser = request._cached_user
    return found


def _found(request: Any) -> User | AnonymousUser:
    request.sign_in = None
    sid = sid_of(request.session)
    if sid is None:
        return AnonymousUser()
    try:
        row = sessions.current(sid)
    except sessions.Over as over:
        request.session.flush()
        if over.user_id is not None:
            request.session[_WAS] = over.user_id
        request.sign_out = over
        return AnonymousUser()
    if not _asks_by_itself(request):
        sessions.seen(row)
    request.sign_in = row
    return row.user


def _there(names: Mapping[UUID, str]) -> set[UUID]:
    found = SessionStore().there(list(names.values()))
    return {pk for pk, name in names.items() if name in found}


def _note_name(request: Any) -> None:
    """It changes with the password; a sign-in has to be found in Redis all the same."""
    row = getattr(request, "sign_in", None)
    if row is None or row.client != LoginSession.Client.BROWSER:
        return
    name = request.session.name
    if name and name != row.kept_as:
        row.kept_as = name
        LoginSession.objects.filter(pk=row.pk).update(kept_as=name)


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that is left open does, with the version it shows; nobody sits there."""
    return "HX-Request" in request.headers and "v" in request.GET


@receiver(user_logged_in)
def _began(request: Any, user: User, **_: Any) -> None:
    before = sid_of(request.session)
    request.session.pop(_WAS, None)
    row = begin(request, user)
    if user.frozen_at is not None and (row.is_strong or not has_second_factor(user)):
        panic.end(user)
    browsers.remember(request, user, client=row.client)
    if before:
        old = LoginSession.objects.filter(pk=before, user=user)
        sessions.end(old, sessions.Ending.SIGNED_OUT)
    audit.decided(sessions.OPEN, allowed=True, actor=user, obj=row)


@receiver(user_logged_out)
def _ended(request: Any, user: User | None, **_: Any) -> None:
    row = getattr(request, "sign_in", None)
    if user is not None and row is not None:
        sessions.end([row], sessions.Ending.SIGNED_OUT, by=user)


@receiver(authentication_step_completed)
def _proved(request: Any, user: User, method: str, **more: Any) -> None:
    """Once more, by somebody who is signed in already."""
    row = getattr(request, "sign_in", None)
    if row is not None and row.user_id == user.pk:
        name = _name({"method": method, **more})
        sessions.proved(row, name, twice=method == _SECOND_FACTOR)


@receiver([password_changed, password_set])
def _changed_password(user: User, **_: Any) -> None:
    row = here(user)
    if row is not None:
        sessions.keep(row, user)


def _name(record: dict[str, Any]) -> str:
    return str(record.get("type") or record["method"])

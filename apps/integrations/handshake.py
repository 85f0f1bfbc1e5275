"""The handshake with a provider: out with what we ask for, back with what was granted.

allauth makes the address and the state (single use, ten minutes, bound to this browser's
session and this provider) and exchanges the code. Nothing of it is kept in its tables:
connecting an account is no way to sign in. Where the browser comes back to and what is
asked for comes from here, never from the request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MethodType
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop

from apps.core.errors import AppError, Conflict, Invalid, OutsideFailure
from apps.core.redis import connection as redis
from apps.integrations import endpoints, granted, said
from apps.integrations.models.token import Secrets
from apps.integrations.provider import Provider

# As long as allauth keeps a state.
_SECONDS = 600
# What allauth and our window raise, and what a garbled answer makes of allauth's code.
_FAILURES = (
    OutsideFailure,
    OAuth2Error,
    ImproperlyConfigured,  # an account whose name has no end
    ProviderException,
    PermissionDenied,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
)


class NotBegunHere(Invalid):
    """Used already, too old, begun in another browser, or by somebody else."""

    code = "state_invalid"
    sentence = gettext_noop(
        "This step was not begun here, or was done already. Begin once more."
    )


class Denied(AppError):
    """The person said no at the provider."""

    code = "denied"
    status = Conflict.status
    sentence = gettext_noop("Nothing has changed: it was not allowed there.")


class HandshakeFailed(OutsideFailure):
    code = "handshake_failed"
    sentence = gettext_noop(
        "Nothing has changed: the provider did not finish it. Try once more."
    )


@dataclass(frozen=True)
class Purpose:
    """What a handshake was begun for; it comes back with the state."""

    user_id: int
    features: list[str]
    scopes: list[str]
    channel: str
    # The connection that is to have more, if it is not a new one.
    connection: str = ""
    # Where an app wants its person led to afterwards; a path of ours.
    back: str = ""
    # The sign-in it was begun in: with that it ends.
    sign_in: str = ""


@dataclass(frozen=True)
class Door:
    """Where a browser comes back to. A state of one is worth nothing at another."""

    name: str
    page: str

    def state(self, provider: Provider) -> str:
        return f"{provider.id}{self.name}"


CONNECT = Door("", "integrations:callback")
SIGN_IN = Door("-sign-in", "sign_in_with_callback")


@dataclass(frozen=True)
class Grant:
    """What came back, and for what."""

    purpose: Purpose
    uid: str
    label: str
    secrets: Secrets = field(repr=False)
    scopes: list[str]
    expires_at: datetime | None


def begin(request: Any, provider: Provider, purpose: Purpose) -> str:
    """The address to lead this browser to, for a connection."""
    purpose = replace(purpose, sign_in=str(request.sign_in.pk))
    return lead(
        request,
        provider,
        CONNECT,
        scopes=purpose.scopes,
        parameters=provider.parameters,
        data=vars(purpose),
    )


def purpose_of(request: HttpRequest, provider: Provider) -> Purpose:
    """What this browser comes back for. Raises NotBegunHere."""
    try:
        return Purpose(**returned(request, provider, CONNECT))
    except TypeError:
        raise NotBegunHere from None


def finish(request: HttpRequest, provider: Provider, purpose: Purpose) -> Grant:
    """Raises Denied, HandshakeFailed."""
    answer, login = exchanged(request, provider, CONNECT)
    try:
        return _grant(provider, purpose, answer, login)
    except _FAILURES:
        raise _failed() from None


def lead(
    request: HttpRequest,
    provider: Provider,
    door: Door,
    *,
    scopes: Sequence[str],
    parameters: Mapping[str, str],
    data: Mapping[str, Any],
) -> str:
    """The address to lead this browser to; `data` (JSON) waits in its session."""
    answer = allauths(request, provider, door).redirect(
        request,
        "redirect",
        scope=list(scopes),
        auth_params=dict(parameters),
        data=dict(data),
    )
    return str(answer.url)


def returned(request: HttpRequest, provider: Provider, door: Door) -> dict[str, Any]:
    """What waits for this browser. Once: a state that was used is nobody's.

    Raises NotBegunHere.
    """
    name, ours = request.GET.get("state", ""), allauths(request, provider, door)
    try:
        state = ours.unstash_redirect_state(request, name)
        data: dict[str, Any] = state["data"]
    except (PermissionDenied, LookupError, TypeError):
        raise NotBegunHere from None
    request.oauth_state = state  # type: ignore[attr-defined]  # for `exchanged`
    # Two tabs may come back at once, and a session is no lock.
    mark = f"oauth:state:{door.state(provider)}:{name}"
    if not redis().set(mark, "1", nx=True, ex=_SECONDS):
        raise NotBegunHere
    return data


def exchanged(request: Any, provider: Provider, door: Door) -> tuple[Any, Any]:
    """The answer of the token endpoint, and allauth's login of it, which is kept
    nowhere. After `returned`.

    Raises Denied, HandshakeFailed; with no word of what the provider said, which may
    hold a token.
    """
    _insist_on_issuer(request, provider)
    if error := request.GET.get("error", ""):
        raise Denied if error in ("access_denied", "consent_required") else _failed()
    if not request.GET.get("code"):
        raise _failed()
    ours = allauths(request, provider, door)
    adapter = ours.get_oauth2_adapter(request)
    try:
        answer = adapter.get_access_token_data(
            request,
            ours.app,
            adapter.get_client(request, ours.app),
            pkce_code_verifier=request.oauth_state.get("pkce_code_verifier"),
        )
        # Ours is made of the answer itself; when it ends is read there.
        token = adapter.parse_token({**answer, "expires_in": None})
        login = adapter.complete_login(request, ours.app, token, response=answer)
    except _FAILURES:
        raise _failed() from None
    return answer, login


def _grant(
    provider: Provider, purpose: Purpose, answer: Mapping[str, Any], login: Any
) -> Grant:
    uid: str = login.account.uid
    label = provider.label(said.words(answer), login)[:255]
    return Grant(
        purpose,
        uid,
        # Something to tell it by, where it has no address that can be read.
        label or f"Account …{uid[-8:]}",
        secrets(answer, ""),
        granted.read(provider, answer.get("scope"), purpose.scopes),
        expiry(answer, timezone.now()),
    )


def secrets(answer: Mapping[str, Any], refresh: str) -> Secrets:
    """`refresh`: what holds where none came along. Raises ValueError for what are no
    tokens."""
    access = answer.get("access_token")
    refresh = answer.get("refresh_token") or refresh
    if not said.is_token(access) or not (refresh == "" or said.is_token(refresh)):
        raise ValueError("tokens are words")
    return Secrets(str(access), refresh)


def expiry(answer: Mapping[str, Any], now: datetime) -> datetime | None:
    """None where nothing is said. Raises ValueError, TypeError for what is no number
    (Microsoft may write it as words)."""
    seconds = answer.get("expires_in")
    if seconds is None:
        return None
    try:
        seconds = min(max(0.0, float(seconds)), 366 * 86_400)
    except OverflowError:
        raise ValueError("it has no end") from None
    return now + timedelta(seconds=int(seconds))


def _insist_on_issuer(request: HttpRequest, provider: Provider) -> None:
    """RFC 9207: an answer that names another provider is not this one's."""
    told = request.GET.get("iss")
    if told and provider.issuer and not constant_time_compare(told, provider.issuer):
        raise _failed("issuer")


def _failed(code: str = "") -> HandshakeFailed:
    return HandshakeFailed(code=code)


def allauths(request: HttpRequest, provider: Provider, door: Door) -> Any:
    """allauth's provider, as our client of it, coming back to our own address."""
    known = endpoints.client(provider)
    app = SocialApp(
        provider=provider.allauth.id,
        provider_id=door.state(provider),
        name=provider.name,
        client_id=known.id,
        secret=known.secret,
        settings={"oauth_pkce_enabled": provider.has_pkce},
    )
    ours = provider.allauth(request, app=app)
    theirs = ours.sociallogin_from_response
    ours.sociallogin_from_response = lambda request, told: theirs(
        request, said.words(told)
    )
    ours.get_oauth2_adapter = MethodType(_adapter_for(provider, door, ours), ours)
    return ours


def _adapter_for(provider: Provider, door: Door, ours: Any) -> Any:
    base = provider.allauth.oauth2_adapter_class
    back = endpoints.callback(provider, door.page)
    replaced = {
        "provider_id": door.state(provider),
        "authorize_url": endpoints.authorize(provider),
        "access_token_url": endpoints.token(provider),
        "identity_url": endpoints.at(provider, provider.profile_url),
        "profile_url": endpoints.at(provider, provider.profile_url),
        "get_callback_url": lambda self, request, app: back,
        "get_provider": lambda self: ours,
    }
    kind = type(f"{base.__name__}Here", (base,), replaced)
    return lambda self, request: kind(request)

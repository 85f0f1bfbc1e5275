"""Tries are counted before anything is compared. The limits are in guessing.py."""

import ipaddress
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.accounts import browsers, guessing
from apps.core import vault
from apps.core.addresses import client_address
from apps.core.errors import Invalid, TooMany, Unavailable
from apps.core.limits import Limit
from apps.core.problems import answer
from apps.core.spelling import canonical

# A household or a server rents a /64; single addresses in it are free to change.
_IPV6_NETWORK = 64
# Where something is posted that costs a letter, an account or a guess.
BY_NETWORK = {
    "accounts/signup/": guessing.SIGN_UPS,
    "accounts/password/reset/": guessing.RESETS,
    "accounts/confirm-email/": guessing.LETTER_CODES,
    "accounts/2fa/webauthn/login/": guessing.PASSKEYS,
    "auth/webauthn/login": guessing.PASSKEYS,
    "auth/signup": guessing.SIGN_UPS,
    "auth/password/request": guessing.RESETS,
    "auth/password/reset": guessing.LETTER_CODES,
    "auth/email/verify": guessing.LETTER_CODES,
    "auth/email/verify/resend": guessing.RESETS,
}
# Headers that carry what somebody has to know, where a form has a field.
_KEYS = ("X-Password-Reset-Key", "X-Email-Verification-Key")


def network_of(request: HttpRequest) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), _IPV6_NETWORK), strict=False))


class Try:
    def __init__(self) -> None:
        self.is_good = False


@contextmanager
def of_password(request: HttpRequest, email: str) -> Iterator[Try]:
    """One password for one account. Set `is_good` and it does not count.

    Raises `TooMany`, or `Unavailable` when nobody counts.
    """
    address = as_counted(email)
    # All addresses of one person are one account.
    person = browsers.person_at(address)
    account = vault.digests(
        f"{person.pk if person else address}", purpose="accounts.tries"
    )[0]
    counted = [
        (guessing.PASSWORDS_PER_NETWORK, network_of(request)),
        (guessing.PASSWORDS_OF_STRANGERS, account),
    ]
    if person and browsers.this(request, person).exists():
        # Whatever others do, at this address or behind this network.
        browser = browsers.digest_of(request, person)
        counted = [(guessing.PASSWORDS_OF_KNOWN, f"{account}:{browser}")]
    charged: list[tuple[Limit, str, str]] = []
    one = Try()
    for limit, key in counted:
        charged.append((limit, key, limit.charge(key)))
    yield one
    if one.is_good:
        for limit, key, ticket in charged:
            limit.give_back(key, ticket)


def of_letter(email: str, letter: str) -> None:
    """One more letter of this name, that a stranger can cause, to this address. Each
    kind by itself: who asks for one keeps no other from coming. Raises `TooMany`, or
    `Unavailable` when nobody counts."""
    words = f"{letter}:{as_counted(email)}"
    key = vault.digests(words, purpose="accounts.letters")[0]
    guessing.LETTERS.charge(key)


def of_new_address(request: Any) -> None:
    """One more address to write to, of whoever is signed in. Raises `TooMany`, or
    `Unavailable` when nobody counts."""
    guessing.ADDRESSES_PER_NETWORK.charge(network_of(request))
    guessing.ADDRESSES_PER_PERSON.charge(str(request.user.pk))


def as_counted(email: str) -> str:
    """One way to write an address; one that is none as it is."""
    try:
        return canonical(email)
    except Invalid:
        return email


class TriesMiddleware:
    """Counts what is posted to the addresses of `BY_NETWORK`."""

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
        match = request.resolver_match
        route = match.route if match else ""
        limit = BY_NETWORK.get(route) or BY_NETWORK.get(route.partition("/v1/")[2])
        if limit is None or not _is_try(request):
            return None
        try:
            limit.charge(network_of(request))
        except (TooMany, Unavailable) as error:
            return answer(request, error)
        return None


def _is_try(request: HttpRequest) -> bool:
    """A page that is only looked at is none; a key in a header is."""
    if request.method == "GET":
        return any(name in request.headers for name in _KEYS)
    return request.method not in ("HEAD", "OPTIONS")

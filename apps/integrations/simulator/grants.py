"""Grants, and the codes and tokens that stand for them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from apps.integrations.simulator.state import CODE_SECONDS, State, Thing


class BadGrant(Exception):
    """Why a code or a refresh token is no good; providers word it their own way."""


class BadToken(Exception):
    """Why a bearer is no good."""


@dataclass(frozen=True)
class Issued:
    access: str
    refresh: str | None
    scopes: list[str]
    grant: Thing
    seconds: int
    nonce: str = ""


# As each provider's tokens look, so that a search for them in logs finds them.
_ACCESS = {"google": "ya29.", "microsoft": "EwB", "notion": "ntn_"}
_REFRESH = {"google": "1//0", "microsoft": "M.C5_BAY.", "notion": "nrt_"}


def allow(
    state: State,
    *,
    provider: str,
    project: str,
    account: str,
    scopes: Iterable[str],
    pages: Iterable[str] = (),
) -> Thing:
    """What a person lets an application do. Scopes add up; pages are chosen anew."""
    found = find(state, provider=provider, project=project, account=account)
    grant = next(iter(found), None)
    if grant is None:
        name = secrets.token_hex(8)
        grant = {"id": name, "provider": provider, "project": project}
        grant |= {"account": account, "scopes": [], "pages": [], "offline": []}
        state.kept.grants[name] = grant
    grant["scopes"] = sorted({*grant["scopes"], *scopes})
    grant["pages"] = list(pages)
    return grant


def find(state: State, *, provider: str, **matching: str) -> list[Thing]:
    return [
        grant
        for grant in state.kept.grants.values()
        if grant["provider"] == provider
        and all(grant[name] == value for name, value in matching.items())
    ]


def new_code(
    state: State,
    grant: Thing,
    *,
    client: str,
    redirect_uri: str,
    challenge: str,
    scopes: Iterable[str],
    offline: bool,
    nonce: str = "",
) -> str:
    code = f"4/{secrets.token_urlsafe(32)}"
    state.kept.codes[code] = {
        "grant": grant["id"],
        "client": client,
        "redirect_uri": redirect_uri,
        "challenge": challenge,
        "scopes": sorted(scopes),
        "offline": offline,
        "nonce": nonce,
        "until": state.now() + CODE_SECONDS,
        "used": False,
    }
    return code


def redeem(
    state: State, code: str, *, client: str, redirect_uri: str, verifier: str
) -> Issued:
    found = state.kept.codes.get(code)
    if found is None or found["client"] != client:
        raise BadGrant("unknown")
    if found["used"]:  # RFC 6749, 4.1.2: and what it gave is worth nothing any more
        _forget_tokens(state, lambda token: token["family"] == code)
        raise BadGrant("used")
    if found["until"] < state.now():
        raise BadGrant("expired")
    if found["redirect_uri"] != redirect_uri:
        raise BadGrant("redirect")
    if not _proves(verifier, found["challenge"]):
        raise BadGrant("verifier")
    if found["grant"] not in state.kept.grants:
        raise BadGrant("revoked")
    found["used"] = True
    return _issue(
        state,
        found["grant"],
        client,
        found["scopes"],
        family=code,
        offline=found["offline"],
        nonce=found["nonce"],
    )


def _proves(verifier: str, challenge: str) -> bool:
    """RFC 7636, S256; RFC 9700, 2.1.1: no verifier where no challenge was."""
    if not challenge:
        return not verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)


def renew(
    state: State,
    token: str,
    *,
    client: str,
    rotates: bool,
    retires: bool = False,
    scopes: Collection[str] = (),
) -> Issued:
    """New tokens for a refresh token. `rotates`: a new refresh token comes with it;
    `retires`: the old ones end there and then."""
    found = state.kept.refresh.get(token)
    if found is None or found["client"] != client:
        raise BadGrant("unknown")
    if found["grant"] not in state.kept.grants:
        raise BadGrant("revoked")
    if found["retired"]:
        raise BadGrant("retired")
    if found["until"] is not None and found["until"] < state.now():
        raise BadGrant("expired")
    if not set(scopes) <= set(found["scopes"]):
        raise BadGrant("scope")
    if retires:
        found["retired"] = True
        _forget_access(state, found["family"])
    wanted = list(scopes) or found["scopes"]
    family, grant = found["family"], found["grant"]
    return _issue(state, grant, client, wanted, family=family, offline=rotates)


def _issue(
    state: State,
    grant_id: str,
    client: str,
    scopes: list[str],
    *,
    family: str,
    offline: bool,
    nonce: str = "",
) -> Issued:
    grant, settings = state.kept.grants[grant_id], state.settings
    kind, now = grant["provider"], state.now()
    common = {"grant": grant_id, "client": client, "scopes": scopes, "family": family}
    access = _ACCESS[kind] + secrets.token_urlsafe(40)
    until = None if kind == "notion" else now + settings.token_life
    state.kept.access[access] = common | {"until": until, "since": now}
    refresh = None
    if offline:
        refresh = _REFRESH[kind] + secrets.token_urlsafe(40)
        life = settings.refresh_life
        state.kept.refresh[refresh] = common | {
            "until": None if life is None else now + life,
            "retired": False,
        }
    return Issued(access, refresh, scopes, grant, settings.token_life, nonce)


def look_up(state: State, token: str) -> tuple[Thing, Thing]:
    """The token's row and its grant. Raises BadToken."""
    found = state.kept.access.get(token)
    if found is None:
        raise BadToken("unknown")
    if found["until"] is not None and found["until"] < state.now():
        raise BadToken("expired")
    if found["grant"] not in state.kept.grants:
        raise BadToken("revoked")
    return found, state.kept.grants[found["grant"]]


def grant_of(state: State, token: str) -> Thing | None:
    """The grant of an access or refresh token that is worth something."""
    found = state.kept.refresh.get(token) or state.kept.access.get(token)
    return state.kept.grants.get(found["grant"]) if found else None


def revoke(state: State, grant: Thing) -> None:
    """All of it: tokens of every client of the project."""
    state.kept.grants.pop(grant["id"], None)
    _forget_tokens(state, lambda token: token["grant"] == grant["id"])
    used = [k for k, v in state.kept.codes.items() if v["grant"] == grant["id"]]
    for code in used:
        del state.kept.codes[code]


def _forget_access(state: State, family: str) -> None:
    access = state.kept.access
    for name in [name for name, token in access.items() if token["family"] == family]:
        del access[name]


def _forget_tokens(state: State, is_doomed: Callable[[Thing], bool]) -> None:
    for shelf in (state.kept.access, state.kept.refresh):
        for name in [name for name, token in shelf.items() if is_doomed(token)]:
            del shelf[name]

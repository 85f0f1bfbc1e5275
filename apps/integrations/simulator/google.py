"""Google's sign-in: one grant for each person and project, YouTube's included.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

import hashlib
from typing import Any

from apps.integrations.simulator import clients, consent, grants, keys
from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.people import Person, person
from apps.integrations.simulator.routes import ROUTES, Call, Shapes
from apps.integrations.simulator.state import Thing

ISSUER = "https://accounts.google.com"
AUTH = "https://www.googleapis.com/auth/"
EMAIL, PROFILE = f"{AUTH}userinfo.email", f"{AUTH}userinfo.profile"
# Asked for by a short name, granted by the long one.
_LONG = {"email": EMAIL, "profile": PROFILE}

_WORDS = {
    "openid": "Know who you are",
    "email": "See your e-mail address",
    "profile": "See your name",
    EMAIL: "See your e-mail address",
    PROFILE: "See your name",
    f"{AUTH}calendar": "See, edit, share and delete all your calendars",
    f"{AUTH}calendar.readonly": "See your calendars",
    f"{AUTH}calendar.events": "See and edit events on all your calendars",
    f"{AUTH}calendar.events.readonly": "See events on all your calendars",
    f"{AUTH}calendar.events.owned": "See and edit events on calendars you own",
    f"{AUTH}calendar.events.owned.readonly": "See events on calendars you own",
    f"{AUTH}calendar.freebusy": "See when you are free or busy",
    f"{AUTH}calendar.events.freebusy": "See when you are free or busy",
    f"{AUTH}calendar.calendarlist.readonly": "See the list of your calendars",
    "https://mail.google.com/": "Read, write, send and delete all your mail",
    f"{AUTH}gmail.readonly": "Read your mail",
    f"{AUTH}gmail.metadata": "See senders and subjects of your mail",
    f"{AUTH}gmail.modify": "Read, write and send mail",
    f"{AUTH}gmail.compose": "Manage drafts and send mail",
    f"{AUTH}gmail.send": "Send mail as you",
    f"{AUTH}gmail.labels": "See and edit your mail labels",
    f"{AUTH}youtube": "Manage your YouTube account",
    f"{AUTH}youtube.readonly": "See your YouTube account",
    f"{AUTH}youtube.force-ssl": "See and edit your playlists and comments",
}

GOOGLE = consent.Provider(
    name="google",
    label="Google",
    scopes=_WORDS,
    always=frozenset({"openid", "email", "profile", EMAIL, PROFILE}),
    choice="each",
    denied={"error": "access_denied"},
)


def trouble(
    status: int, reason: str, message: str, state: str = "", **more: Any
) -> Answer:
    """An error of Google's APIs."""
    first = {"message": message, "domain": "global", "reason": reason}
    error: Thing = {"code": status, "message": message, "errors": [first]}
    if state:
        error["status"] = state
    return Answer(status, {"error": error | more})


def _unauthorised(why: str) -> Answer:
    said = trouble(401, "authError", "Invalid Credentials", "UNAUTHENTICATED")
    challenge = 'Bearer realm="https://accounts.google.com/", error="invalid_token"'
    return Answer(401, said.body, {"WWW-Authenticate": challenge})


def _forbidden(scopes: tuple[str, ...]) -> Answer:
    message = "Request had insufficient authentication scopes."
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
    }
    said = trouble(
        403, "insufficientPermissions", message, "PERMISSION_DENIED", details=[info]
    )
    challenge = (
        'Bearer realm="https://accounts.google.com/", error="insufficient_scope", '
        f'scope="{" ".join(scopes)}"'
    )
    return Answer(403, said.body, {"WWW-Authenticate": challenge})


SHAPES = Shapes(_unauthorised, _forbidden)


def project(client: str) -> str:
    """Clients of one project share a grant: 1234-web and 1234-tv do."""
    return client.partition("-")[0]


@ROUTES.open("GET", "/o/oauth2/v2/auth")
@ROUTES.open("POST", "/o/oauth2/v2/auth")
def authorize(call: Call) -> Answer:
    asked = consent.asked(call, GOOGLE)
    chosen = consent.decide(call, GOOGLE, asked)
    granted = {_LONG.get(scope, scope) for scope in chosen.scopes}
    if {"email", "profile"} & set(asked.scopes):
        granted.add("openid")
    grant = grants.allow(
        call.state,
        provider="google",
        project=project(asked.client),
        account=chosen.person.address,
        scopes=granted,
    )
    if call.request.q("include_granted_scopes") == "true":
        granted |= set(grant["scopes"])
    # A second refresh token comes only when the person was asked again on purpose.
    offline = call.request.q("access_type") == "offline" and (
        asked.client not in grant["offline"] or "consent" in call.request.q("prompt")
    )
    code = grants.new_code(
        call.state,
        grant,
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        scopes=granted,
        offline=offline,
        nonce=call.request.q("nonce"),
    )
    return asked.back(
        iss=call.state.settings.issuer or ISSUER,
        code=code,
        scope=" ".join(sorted(granted)),
        authuser="0",
        prompt="consent",
    )


@ROUTES.open("POST", "/token")
def token(call: Call) -> Answer:
    form, client, secret = clients.of_form(call)
    if not clients.knows(call, client, secret):
        words = "The provided client secret is invalid." if client else "Unauthorized"
        return _refused(401, "invalid_client", words)
    try:
        match form.get("grant_type"):
            case "authorization_code":
                issued = clients.redeem(call, client, form)
            case "refresh_token":
                issued = grants.renew(
                    call.state,
                    form.get("refresh_token", ""),
                    client=client,
                    rotates=False,
                    scopes=form.get("scope", "").split(),
                )
            case other:
                words = f"Invalid grant_type: {other or ''}"
                return _refused(400, "unsupported_grant_type", words)
    except grants.BadGrant as bad:
        return _bad_grant(str(bad))
    if issued.refresh:
        offline = issued.grant["offline"]
        issued.grant["offline"] = sorted({*offline, client})
    return _issued(call, client, issued)


def _issued(call: Call, client: str, issued: grants.Issued) -> Answer:
    call.note["account"] = issued.grant["account"]
    said: Thing = {
        "access_token": issued.access,
        "expires_in": issued.seconds,
        "scope": " ".join(issued.scopes),
        "token_type": "Bearer",
    }
    if issued.refresh:
        said["refresh_token"] = issued.refresh
    if "openid" in issued.scopes:
        who = person(issued.grant["account"])
        claims = _claims(call, who, issued.scopes) | {
            "iss": ISSUER,
            "azp": client,
            "aud": client,
            "at_hash": keys.half_hash(issued.access),
            "iat": int(call.state.now()),
            "exp": int(call.state.now()) + 3600,
        }
        if issued.nonce:
            claims["nonce"] = issued.nonce
        said["id_token"] = keys.sign(claims)
    return Answer(200, said, {"Cache-Control": "no-store"})


def _claims(call: Call, who: Person, scopes: list[str]) -> Thing:
    claims: Thing = {"sub": who.sub}
    if EMAIL in scopes:
        verified = who.address not in call.state.settings.unverified
        claims |= {"email": who.address, "email_verified": verified}
    if PROFILE in scopes:
        claims |= {"name": who.name, "given_name": who.given}
        claims |= {"family_name": who.family} if who.family else {}
    return claims


def _bad_grant(why: str) -> Answer:
    match why:
        case "redirect":
            return _refused(400, "redirect_uri_mismatch", "Bad Request")
        case "scope":
            return _refused(400, "invalid_scope", "Bad Request")
        case "verifier":
            return _refused(400, "invalid_grant", "Invalid code verifier.")
        case "expired" | "revoked":
            words = "Token has been expired or revoked."
            return _refused(400, "invalid_grant", words)
    return _refused(400, "invalid_grant", "Bad Request")


def _refused(status: int, error: str, words: str) -> Answer:
    return Answer(status, {"error": error, "error_description": words})


@ROUTES.open("POST", "/revoke")
def revoke(call: Call) -> Answer:
    """The whole grant, for all clients of the project."""
    given = call.request.fields().get("token", "") or call.request.q("token")
    grant = grants.grant_of(call.state, given)
    if grant is None or grant["provider"] != "google":
        return _refused(400, "invalid_token", "Token expired or revoked")
    call.note["account"] = grant["account"]
    grants.revoke(call.state, grant)
    return Answer(200, {})


@ROUTES.open("GET", "/tokeninfo")
def token_info(call: Call) -> Answer:
    try:
        found, grant = grants.look_up(call.state, call.request.q("access_token"))
    except grants.BadToken:
        return _refused(400, "invalid_token", "Invalid Value")
    left = int(found["until"] - call.state.now())
    who = person(grant["account"])
    said = {"azp": found["client"], "aud": found["client"], "sub": who.sub}
    return Answer(
        200, said | {"scope": " ".join(found["scopes"]), "expires_in": str(left)}
    )


@ROUTES.api("GET", "/oauth2/v3/userinfo", SHAPES, "google", "openid", EMAIL, PROFILE)
def user_info(call: Call) -> Answer:
    return Answer(200, _claims(call, call.person, call.token["scopes"]))


@ROUTES.api("GET", "/oauth2/v2/userinfo", SHAPES, "google", "openid", EMAIL, PROFILE)
def user_info_2(call: Call) -> Answer:
    said = _claims(call, call.person, call.token["scopes"])
    names = {"sub": "id", "email_verified": "verified_email"}
    return Answer(200, {names.get(name, name): value for name, value in said.items()})


@ROUTES.open("GET", "/oauth2/v1/certs")
def certificates(call: Call) -> Answer:
    return Answer(200, keys.certificates())


@ROUTES.open("GET", "/oauth2/v3/certs")
def key_set(call: Call) -> Answer:
    return Answer(200, keys.jwks())


def etag(thing: object) -> str:
    return f'"{hashlib.sha256(repr(thing).encode()).hexdigest()[:16]}"'


def stop(status: int, reason: str, message: str, state: str = "") -> Stop:
    return Stop(trouble(status, reason, message, state))

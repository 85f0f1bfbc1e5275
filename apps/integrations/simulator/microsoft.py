"""Microsoft's sign-in: any tenant, all or nothing, refresh tokens that rotate.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

import uuid
from datetime import UTC, datetime

from apps.integrations.simulator import clients, consent, grants, keys
from apps.integrations.simulator.messages import Answer
from apps.integrations.simulator.people import person
from apps.integrations.simulator.routes import ROUTES, Call
from apps.integrations.simulator.state import Thing

TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"  # of all personal accounts
_GRAPH = "https://graph.microsoft.com/"
_OFFLINE = "offline_access"

_WORDS = {
    "openid": "Sign you in",
    "profile": "See your name",
    "email": "See your e-mail address",
    _OFFLINE: "Keep access to what you have given it access to",
    "User.Read": "Sign you in and read your profile",
    "Calendars.ReadBasic": "See the basics of your calendars",
    "Calendars.Read": "Read your calendars",
    "Calendars.ReadWrite": "Have full access to your calendars",
    "Mail.ReadBasic": "See the basics of your mail",
    "Mail.Read": "Read your mail",
    "Mail.ReadWrite": "Read and write your mail",
    "Mail.Send": "Send mail as you",
    "MailboxSettings.Read": "Read your mailbox settings",
}
_KNOWN = _WORDS | {
    f"{_GRAPH}{name}": words for name, words in _WORDS.items() if "." in name
}

MICROSOFT = consent.Provider(
    name="microsoft",
    label="Microsoft",
    scopes=_KNOWN,
    always=frozenset(),
    choice="all",
    denied={
        "error": "access_denied",
        "error_subcode": "cancel",
        "error_description": "AADSTS65004: User declined to consent to access the app.",
    },
)

# What the token endpoint calls each reason.
_REASONS = {
    "unknown": (9002313, "Invalid request. Request is malformed or invalid."),
    "used": (54005, "OAuth2 Authorization code was already redeemed."),
    "expired": (70008, "The provided authorization code or refresh token has expired."),
    "retired": (70000, "The provided value for the input parameter is not valid."),
    "revoked": (50173, "The provided grant has expired due to it being revoked."),
    "redirect": (
        500112,
        "The reply address does not match the reply address provided.",
    ),
    "verifier": (501481, "The Code_Verifier does not match the code_challenge."),
    "scope": (
        70011,
        "The provided value for the input parameter 'scope' is not valid.",
    ),
}


@ROUTES.open("GET", "/{tenant}/oauth2/v2.0/authorize")
@ROUTES.open("POST", "/{tenant}/oauth2/v2.0/authorize")
def authorize(call: Call, tenant: str) -> Answer:
    asked = consent.asked(call, MICROSOFT)
    chosen = consent.decide(call, MICROSOFT, asked)
    granted = {scope.removeprefix(_GRAPH) for scope in chosen.scopes}
    grant = grants.allow(
        call.state,
        provider="microsoft",
        project=asked.client,
        account=chosen.person.address,
        scopes=granted - {_OFFLINE},
    )
    code = grants.new_code(
        call.state,
        grant,
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        challenge=asked.challenge,
        scopes=grant["scopes"],  # earlier consents count too
        offline=_OFFLINE in granted,
        nonce=call.request.q("nonce"),
    )
    return asked.back(code=code, session_state=str(uuid.uuid4()))


@ROUTES.open("POST", "/{tenant}/oauth2/v2.0/token")
def token(call: Call, tenant: str) -> Answer:
    form, client, secret = clients.of_form(call)
    if not client:
        words = "The request body must contain the parameter 'client_id'."
        return _refused(call, 400, "invalid_request", 900144, words)
    if not clients.knows(call, client, secret):
        words = "Invalid client secret provided."
        return _refused(call, 401, "invalid_client", 7000215, words)
    wanted = {each.removeprefix(_GRAPH) for each in form.get("scope", "").split()}
    try:
        match form.get("grant_type"):
            case "authorization_code":
                issued = clients.redeem(call, client, form)
            case "refresh_token":
                # The old one lives on, as Microsoft's do.
                issued = grants.renew(
                    call.state,
                    form.get("refresh_token", ""),
                    client=client,
                    rotates=True,
                    scopes=sorted(wanted - {_OFFLINE}),
                )
            case _:
                words = "The app requested an unsupported grant type."
                return _refused(call, 400, "unsupported_grant_type", 70003, words)
    except grants.BadGrant as bad:
        number, words = _REASONS[str(bad)]
        error = "invalid_scope" if str(bad) == "scope" else "invalid_grant"
        return _refused(call, 400, error, number, words)
    return _issued(call, client, issued)


def _issued(call: Call, client: str, issued: grants.Issued) -> Answer:
    who = person(issued.grant["account"])
    call.note["account"] = who.address
    said: Thing = {
        "token_type": "Bearer",
        "scope": " ".join(issued.scopes),
        "expires_in": issued.seconds,
        "ext_expires_in": issued.seconds,
        "access_token": issued.access,
    }
    if issued.refresh:
        said["refresh_token"] = issued.refresh
    if "openid" in issued.scopes:
        now = int(call.state.now())
        claims = {
            "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
            "aud": client,
            "sub": who.uuid("microsoft-sub"),
            "oid": who.uuid("microsoft"),
            "tid": TENANT,
            "ver": "2.0",
            "preferred_username": who.address,
            "name": who.name,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }
        if "email" in issued.scopes:
            claims["email"] = who.address
        if issued.nonce:
            claims["nonce"] = issued.nonce
        said["id_token"] = keys.sign(claims)
    return Answer(200, said, {"Cache-Control": "no-store"})


@ROUTES.open("GET", "/{tenant}/discovery/v2.0/keys")
def key_set(call: Call, tenant: str) -> Answer:
    return Answer(200, keys.jwks())


def _refused(call: Call, status: int, error: str, number: int, words: str) -> Answer:
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    at = datetime.fromtimestamp(call.state.now(), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    text = (
        f"AADSTS{number}: {words} Trace ID: {trace} "
        f"Correlation ID: {correlation} Timestamp: {at}"
    )
    said: Thing = {
        "error": error,
        "error_description": text,
        "error_codes": [number],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return Answer(status, said)

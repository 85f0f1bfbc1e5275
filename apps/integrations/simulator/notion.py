"""Notion's sign-in: no scopes, a page picker, both tokens new at every refresh.

https://developers.notion.com/reference/create-a-token
"""

import uuid

from apps.integrations.simulator import clients, consent, demo, grants
from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.people import Person, person
from apps.integrations.simulator.routes import ROUTES, Call, Shapes
from apps.integrations.simulator.state import Thing

NOTION = consent.Provider(
    name="notion",
    label="Notion",
    scopes={},
    always=frozenset(),
    choice="pages",
    denied={"error": "access_denied"},
)


def trouble(status: int, code: str, message: str) -> Answer:
    said = {"object": "error", "status": status, "code": code, "message": message}
    return Answer(status, said | {"request_id": str(uuid.uuid4())})


def _unauthorised(why: str) -> Answer:
    return trouble(401, "unauthorized", "API token is invalid.")


def _forbidden(scopes: tuple[str, ...]) -> Answer:
    words = "Insufficient permissions for this endpoint."
    return trouble(403, "restricted_resource", words)


SHAPES = Shapes(_unauthorised, _forbidden)


def page_id(who: Person, title: str) -> str:
    return who.uuid(f"notion-page:{title}")


@ROUTES.open("GET", "/v1/oauth/authorize")
@ROUTES.open("POST", "/v1/oauth/authorize")
def authorize(call: Call) -> Answer:
    asked = consent.asked(call, NOTION)
    # Titles, because whose pages they are is only known once somebody is picked.
    tops = {title: title for title, above, _ in demo.PAGES if not above}
    chosen = consent.decide(call, NOTION, asked, tops)
    grant = grants.allow(
        call.state,
        provider="notion",
        project=asked.client,
        account=chosen.person.address,
        scopes=(),
        pages=[page_id(chosen.person, title) for title in chosen.pages],
    )
    code = grants.new_code(
        call.state,
        grant,
        client=asked.client,
        redirect_uri=asked.redirect_uri,
        challenge="",  # Notion knows no PKCE
        scopes=(),
        offline=True,
    )
    return asked.back(code=code)


def _client(call: Call) -> str:
    client, secret = call.request.basic()
    call.note |= {"client": client}
    if not clients.knows(call, client, secret):
        raise Stop(trouble(401, "invalid_client", "The client is not known."))
    return client


@ROUTES.open("POST", "/v1/oauth/token")
def token(call: Call) -> Answer:
    client, given = _client(call), call.request.json()
    call.note["grant_type"] = str(given.get("grant_type", ""))
    try:
        match given.get("grant_type"):
            case "authorization_code":
                issued = grants.redeem(
                    call.state,
                    str(given.get("code", "")),
                    client=client,
                    redirect_uri=str(given.get("redirect_uri", "")),
                    verifier="",
                )
            case "refresh_token":
                issued = grants.renew(
                    call.state,
                    str(given.get("refresh_token", "")),
                    client=client,
                    rotates=True,
                    retires=True,
                )
            case _:
                words = "body failed validation: grant_type should be one of two."
                return trouble(400, "validation_error", words)
    except grants.BadGrant as bad:
        words = f"The authorization code or refresh token is no good: {bad}."
        return trouble(400, "invalid_grant", words)
    who = person(issued.grant["account"])
    call.note["account"] = who.address
    return Answer(200, _issued(issued, who, client))


def _issued(issued: grants.Issued, who: Person, client: str) -> Thing:
    return {
        "access_token": issued.access,
        "token_type": "bearer",
        "refresh_token": issued.refresh,
        "bot_id": who.uuid(f"notion-bot:{client}"),
        "workspace_name": f"{who.given}'s workspace",
        "workspace_icon": None,
        "workspace_id": who.uuid("notion-workspace"),
        "owner": {"type": "user", "user": user(who)},
        "duplicated_template_id": None,
        "request_id": str(uuid.uuid4()),
    }


def user(who: Person) -> Thing:
    return {
        "object": "user",
        "id": who.uuid("notion"),
        "name": who.name,
        "avatar_url": None,
        "type": "person",
        "person": {"email": who.address},
    }


@ROUTES.open("POST", "/v1/oauth/revoke")
def revoke(call: Call) -> Answer:
    _client(call)
    grant = grants.grant_of(call.state, str(call.request.json().get("token", "")))
    if grant is None or grant["provider"] != "notion":
        return trouble(400, "invalid_request", "The token is not known.")
    call.note["account"] = grant["account"]
    grants.revoke(call.state, grant)
    return Answer(200, {"request_id": str(uuid.uuid4())})


@ROUTES.open("POST", "/v1/oauth/introspect")
def introspect(call: Call) -> Answer:
    _client(call)
    said: Thing = {"active": False, "request_id": str(uuid.uuid4())}
    given = str(call.request.json().get("token", ""))
    try:
        found, grant = grants.look_up(call.state, given)
    except grants.BadToken:
        return Answer(200, said)
    if grant["provider"] != "notion":
        return Answer(200, said)
    scope = " ".join(call.state.settings.capabilities)
    return Answer(
        200, said | {"active": True, "scope": scope, "iat": int(found["since"])}
    )

"""Microsoft Graph: how it says no, who one is, lists in pages.

https://learn.microsoft.com/graph/api/overview
"""

import uuid
from urllib.parse import urlencode

from apps.integrations.simulator.messages import Answer, Stop
from apps.integrations.simulator.pages import BadCursor, cut
from apps.integrations.simulator.routes import ROUTES, Call, Shapes
from apps.integrations.simulator.state import Thing
from apps.integrations.simulator.things import Things


def trouble(status: int, code: str, message: str) -> Answer:
    inner = {"request-id": str(uuid.uuid4()), "client-request-id": str(uuid.uuid4())}
    error = {"code": code, "message": message, "innerError": inner}
    return Answer(status, {"error": error})


def _unauthorised(why: str) -> Answer:
    words = {
        "expired": "Lifetime validation failed, the token is expired.",
        "revoked": "Access token has been revoked.",
    }.get(why, "IDX14100: JWT is not well formed, there are no dots (.).")
    said = trouble(401, "InvalidAuthenticationToken", words)
    return Answer(401, said.body, {"WWW-Authenticate": 'Bearer realm=""'})


def _forbidden(scopes: tuple[str, ...]) -> Answer:
    words = "Access is denied. Check credentials and try again."
    return trouble(403, "ErrorAccessDenied", words)


SHAPES = Shapes(_unauthorised, _forbidden)


@ROUTES.api("GET", "/v1.0/me", SHAPES, "microsoft", "User.Read")
def me(call: Call) -> Answer:
    who = call.person
    said: Thing = {
        "id": who.uuid("microsoft"),
        "displayName": who.name,
        "givenName": who.given,
        "surname": who.family or None,
        "mail": who.address,
        "userPrincipalName": who.address,
        "businessPhones": [],
        "preferredLanguage": "en-US",
    }
    return Answer(200, selected(call, said))


def existing(things: Things, name: str) -> Thing:
    thing = things.get(name)
    if thing is None:
        words = "The specified object was not found in the store."
        raise Stop(trouble(404, "ErrorItemNotFound", words))
    return thing


def selected(call: Call, thing: Thing) -> Thing:
    wanted = call.request.q("$select")
    if not wanted:
        return thing
    names = {"id", "@odata.etag", *wanted.split(",")}
    return {name: value for name, value in thing.items() if name in names}


def listed(call: Call, what: str, rows: list[Thing]) -> Answer:
    """In pages, the next one by an absolute address with the same query."""
    asked, size = call.request.number("$top", 10), call.state.settings.page_size
    token = call.request.q("$skiptoken")
    try:
        page = cut(rows, cursor=token, asked=asked, most=size, what=what)
    except BadCursor as bad:
        words = "The value of $skiptoken is not valid."
        raise Stop(trouble(400, "BadRequest", words)) from bad
    said: Thing = {"value": [selected(call, row) for row in page.items]}
    if page.next:
        kept = {
            name: call.request.q(name)
            for name in (
                *("startDateTime", "endDateTime", "$select", "$top", "$orderby"),
                *("$search", "$filter"),
            )
            if call.request.q(name)
        }
        query = urlencode(kept | {"$skiptoken": page.next}, safe="$")
        origin = call.state.settings.next_origin or call.request.origin
        said["@odata.nextLink"] = f"{origin}{call.request.path}?{query}"
    return Answer(200, said)

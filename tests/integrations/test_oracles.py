"""What we rely on in the servers by others that the product is tried against."""

import uuid
from typing import Any

import jwt
import pytest

from tests.integrations import browser
from tests.integrations.apps import BACK, EVENTS, GOOGLE, MICROSOFT, Application, bearer
from tests.integrations.servers import Server, http

PERSON: dict[str, Any] = {"login": "alice", "password": "any"}
SCOPE = "openid calendar.read calendar.write"


@pytest.fixture
def strict(oidc: Server) -> Application:
    return Application(oidc.url, ("/auth", "/token"), secret="demo-secret")


def is_active(app: Application, token: str) -> bool:
    said = http.post(
        f"{app.url}/token/introspection",
        data={"token": token, "client_id": app.client, "client_secret": app.secret},
    )
    return bool(said.json()["active"])


def test_a_strict_server_names_itself_and_grants_what_was_asked(
    strict: Application,
) -> None:
    address, verifier = strict.address(SCOPE)
    back = browser.consent(address, back=BACK, **PERSON)
    assert back["iss"] == strict.url
    assert back["state"] in address
    said = strict.redeem(back["code"], verifier).json()
    assert set(said["scope"].split()) == set(SCOPE.split())
    assert said["refresh_token"]
    claims = jwt.decode(said["id_token"], options={"verify_signature": False})
    assert claims["sub"] == "alice"


def test_no_proof_of_the_code_and_a_plain_one_are_refused(strict: Application) -> None:
    for more in (
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
    ):
        address, _ = strict.address(SCOPE, **more)
        back = browser.consent(address, back=BACK, **PERSON)
        assert back["error"] == "invalid_request"


def test_a_wrong_verifier_is_refused(strict: Application) -> None:
    address, _ = strict.address(SCOPE)
    back = browser.consent(address, back=BACK, **PERSON)
    said = strict.redeem(back["code"], "x" * 43)
    assert (said.status_code, said.json()["error"]) == (400, "invalid_grant")


def test_a_code_used_twice_ends_what_it_gave(strict: Application) -> None:
    address, verifier = strict.address(SCOPE)
    back = browser.consent(address, back=BACK, **PERSON)
    token = strict.redeem(back["code"], verifier).json()["access_token"]
    assert is_active(strict, token)
    assert strict.redeem(back["code"], verifier).status_code == 400
    assert not is_active(strict, token)


def test_a_refresh_token_used_twice_ends_its_family(strict: Application) -> None:
    first = strict.connect(SCOPE, **PERSON)
    second = strict.renew(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert is_active(strict, second["access_token"])
    assert strict.renew(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert strict.renew(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert not is_active(strict, second["access_token"])


def test_a_revoked_refresh_token_takes_the_access_token_along(
    strict: Application,
) -> None:
    held = strict.connect(SCOPE, **PERSON)
    said = http.post(
        f"{strict.url}/token/revocation",
        data={
            "token": held["refresh_token"],
            "client_id": strict.client,
            "client_secret": strict.secret,
        },
    )
    assert said.status_code == 200
    assert not is_active(strict, held["access_token"])


def test_a_person_may_leave_out_a_scope(strict: Application) -> None:
    held = strict.connect(SCOPE, query={"deny": "calendar.write"}, **PERSON)
    assert set(held["scope"].split()) == {"openid", "calendar.read"}


def test_emulated_google_signs_people_in_and_lists_their_calendar(
    emulated_google: Server,
) -> None:
    app = Application(emulated_google.url, GOOGLE)
    held = app.connect(f"openid email {EVENTS}")
    assert held["token_type"] == "Bearer"
    claims = jwt.decode(held["id_token"], options={"verify_signature": False})
    assert (claims["iss"], claims["aud"]) == (app.url, "demo")
    assert claims["email_verified"] is True
    assert app.renew(held["refresh_token"]).json()["access_token"]
    headers = bearer(held["access_token"])
    address = f"{app.url}/calendar/v3/calendars/primary/events"
    times = {
        "start": {"dateTime": "2030-01-07T10:00:00Z"},
        "end": {"dateTime": "2030-01-07T11:00:00Z"},
    }
    made = http.post(address, headers=headers, json={"summary": "Tea", **times}).json()
    listed = http.get(
        address,
        headers=headers,
        params={"timeMin": "2030-01-07T00:00:00Z", "singleEvents": "true"},
    ).json()
    assert listed["kind"] == "calendar#events"
    assert [event["id"] for event in listed["items"]] == [made["id"]]
    mine = http.get(f"{app.url}/oauth2/v2/userinfo", headers=headers).json()
    assert mine["email"] == claims["email"]


def test_emulated_google_has_mail_in_the_shape_of_gmail(
    emulated_google: Server,
) -> None:
    app = Application(emulated_google.url, GOOGLE)
    headers = bearer(app.connect("openid email")["access_token"])
    mail = f"{app.url}/gmail/v1/users/me/messages"
    sent = http.post(
        f"{mail}/send",
        headers=headers,
        json={"raw": "VG86IGJvYkBleGFtcGxlLmNvbQpTdWJqZWN0OiBIaQoKSGk="},
    ).json()
    assert {"id", "threadId", "labelIds"} <= sent.keys()
    listed = http.get(mail, headers=headers).json()["messages"]
    assert sent["id"] in [each["id"] for each in listed]
    read = http.get(f"{mail}/{sent['id']}", headers=headers).json()
    assert {"payload", "snippet", "internalDate"} <= read.keys()


def test_emulated_microsoft_signs_people_in_for_any_tenant(
    emulated_microsoft: Server,
) -> None:
    app = Application(emulated_microsoft.url, MICROSOFT)
    held = app.connect("openid User.Read offline_access")
    again = app.renew(held["refresh_token"]).json()
    assert again["refresh_token"] != held["refresh_token"]
    headers = bearer(again["access_token"])
    me = http.get(f"{app.url}/v1.0/me", headers=headers).json()
    assert {"id", "displayName", "userPrincipalName"} <= me.keys()


def test_notion_s_own_description_takes_what_fits_it(prism: Server) -> None:
    headers = bearer("any", **{"Notion-Version": "2025-09-03"})
    search = {"query": "lisbon", "page_size": 10}
    said = http.post(f"{prism.url}/v1/search", headers=headers, json=search)
    assert said.status_code == 200, said.text
    words = [{"text": {"content": "Lemons"}}]
    block = {"type": "paragraph", "paragraph": {"rich_text": words}}
    said = http.patch(
        f"{prism.url}/v1/blocks/{uuid.uuid4()}/children",
        headers=headers,
        json={"children": [block]},
    )
    assert said.status_code == 200, said.text


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/search", {"query": 7}),
        ("/v1/search", {"sort": "newest"}),
        ("/v1/pages", {"parent": {"page_id": str(uuid.uuid4())}}),
        ("/v1/pages", {"parent": {"page_id": "home"}, "properties": {}}),
    ],
)
def test_notion_s_own_description_refuses_a_wrong_body(
    prism: Server, path: str, wrong: dict[str, Any]
) -> None:
    headers = bearer("any", **{"Notion-Version": "2025-09-03"})
    said = http.post(prism.url + path, headers=headers, json=wrong)
    assert said.status_code == 400
    assert said.headers["sl-violations"]

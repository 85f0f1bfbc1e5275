"""Whatever an address of the API can name of one person is nothing to another: each way
of asking is answered 404, and changes nothing."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from apps.accounts.models import User
from apps.core import example as shelf
from apps.core import opaque, shelves
from apps.core.dossier import Kept
from apps.core.example import whole
from tests.api import before, described, operated, rows
from tests.api.app import App
from tests.integrations.servers import Simulator
from tests.mfa.conftest import ALICE, BOB, person

pytestmark = pytest.mark.django_db
VERBS = ("get", "put", "patch", "post", "delete")
BODIES = {f"{each.verb} {each.path}": each.body for each in shelf.every()}
PATHS = sorted({each.path for each in shelf.every() if "{" in each.path})
PERSONAL = [each for each in PATHS if rows.is_personal(each)]
OPERATED = [each for each in PATHS if rows.is_operated(each)]
Kinds = dict[str, list[dict[str, Any]]]


@pytest.fixture
def alice() -> User:
    return person("alice@example.com", ALICE)


@pytest.fixture
def bob() -> User:
    return person("bob@example.com", BOB)


@pytest.fixture
def ada() -> User:
    return operated.operator()


def test_every_parameter_of_the_schema_is_tried() -> None:
    for path in described.schema()["paths"]:
        made = rows.of(path)
        assert bool(described.parameters(path)) <= bool(made), f"no row for {path}"
    assert PERSONAL and OPERATED
    found = {path for path in described.schema()["paths"] if rows.is_personal(path)}
    assert set(PERSONAL) == found


@pytest.mark.parametrize("path", PERSONAL)
def test_what_is_anothers_is_not_there(
    path: str, alice: User, bob: User, ada: User
) -> None:
    names = rows.names(path, alice)
    assert set(described.parameters(path)) == names.keys()
    for other in (bob, ada):
        app = App(other)
        before = kept_of(alice)
        found = {verb: _ask(app, verb, path, names) for verb in VERBS}
        known = described.schema()["paths"][path]
        wanted = {verb: 404 if verb in known else 405 for verb in VERBS}
        assert found == wanted, other.email
        assert kept_of(alice) == before


@pytest.mark.parametrize("path", PERSONAL)
def test_and_is_there_for_its_owner(path: str, alice: User) -> None:
    """Else a 404 would prove nothing."""
    names = rows.names(path, alice)
    for verb in described.schema()["paths"][path]:
        assert _ask(App(alice), verb, path, names) != 404
        if verb == "delete":
            return


@pytest.mark.parametrize("path", OPERATED)
def test_what_is_for_operators_is_refused_to_others(path: str, bob: User) -> None:
    names = rows.names(path, bob)
    found = {_ask(App(bob), verb, path, names) for verb in VERBS}
    assert found == {403}


def test_nor_is_it_reached_through_a_body(alice: User, bob: User, ada: User) -> None:
    phone = rows.phone(alice)["public_id"]
    shopping = rows.a_list(alice)["public_id"]
    connection = rows.connection(alice)["public_id"]
    hour = {"starts_at": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T10:00:00Z"}
    sent: list[tuple[str, Any]] = [
        ("me/mfa/sms", {"phone": phone}),
        ("shares", {**_OFFER, "kind": "list", "id": shopping}),
        (
            "connections",
            {"provider": "google", "features": [], "connection": connection},
        ),
        ("events", {"title": "x", **hour, "calendar": shopping}),
    ]
    for other in (bob, ada):
        kept = kept_of(alice)
        for place, body in sent:
            assert App(other).ask("post", whole(place), body).status_code == 404, place
        assert kept_of(alice) == kept


def test_nor_a_passkey_by_its_id(alice: User, bob: User, providers: Simulator) -> None:
    before.with_passkey(before.Stage(alice, providers))
    row = Authenticator.objects.get(user=alice)
    app, kept = App(bob), kept_of(alice)
    place = "/api/auth/app/v1/account/authenticators/webauthn"
    for known, status in ((opaque.name(Authenticator, row.pk), 404), (row.pk, 400)):
        named = {"id": known, "name": "mine"}
        assert app.ask("put", place, named).status_code == status
        sent = {"authenticators": [known]}
        assert app.ask("delete", place, sent).status_code == status
    assert kept_of(alice) == kept
    assert Authenticator.objects.get().wrap().name == "laptop"


_OFFER = {"to": "dora@example.com", "level": "view"}


def _ask(app: App, verb: str, path: str, names: operated.Names) -> int:
    body = BODIES.get(f"{verb} {path}")
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    return int(app.ask(verb, path, body).status_code)


def kept_of(user: User) -> Kinds:
    """Every row that is kept of a person, in all apps."""
    personal: tuple[Kept, ...] = shelves.across_apps("personal", "PERSONAL")
    return {
        kept.model._meta.label: list(_of(user, kept).order_by("pk").values())
        for kept in personal
    }


def _of(user: User, kept: Kept) -> Any:
    if kept.of:
        return kept.of(user)
    return kept.model._base_manager.filter(**{kept.ways[0]: user.pk})

"""What we ask of each provider, held against that provider's own description.

Google and YouTube by the discovery documents in google-api-python-client, Microsoft by
the addresses and models of msgraph-sdk, Notion by its OpenAPI through Prism. The calls
are made, by the verbs that people's assistants use, to a server that writes them down.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from pytest_django import Settings

from apps.accounts.models import User
from apps.assistant.sync import contents, shelf
from apps.assistant.sync.sides import Remote
from apps.integrations import calendars, capability, client, mailboxes, notebooks
from apps.integrations import provider as providers
from apps.integrations import videos
from apps.integrations.answers import OutcomeUnknown
from apps.integrations.capabilities.notion_pages import paragraph
from apps.integrations.capability import Capability
from apps.integrations.models import CallDelta
from tests.integrations.accounts import connected
from tests.integrations.recording import Asked, recorder
from tests.integrations.servers import Server

pytestmark = pytest.mark.django_db
NINE = datetime(2031, 3, 3, 9, tzinfo=ZoneInfo("America/New_York"))
TEN = NINE + timedelta(hours=1)
EDGE = {"dateTime": "2031-03-03T14:00:00Z", "timeZone": "UTC"}
PAGE = "1e9b2f9c-3f0a-4f5e-8a55-0a4f6d1f1c11"
# Whatever the verbs read from an answer.
ANSWER: dict[str, Any] = {
    "id": PAGE,
    "start": EDGE,
    "end": EDGE,
    "messages": [{"id": "m"}],
    "calendars": {"primary": {"busy": []}},
}
EVERY = capability.every()


def the_calendar(user: User) -> None:
    (calendar,) = calendars.of(user)
    calendar.events(start=NINE, end=TEN)
    calendar.busy(start=NINE, end=TEN)
    plan: dict[str, Any] = {
        "title": "Tea",
        "start": NINE,
        "end": TEN,
        "place": "Green Leaf",
        "notes": "Lemons",
        "attendees": ["bob@example.com"],
    }
    calendar.create(**plan, key="k")
    calendar.create(**plan, key="k", is_all_day=True)
    calendar.update("e", **plan)
    calendar.update("e", start=NINE, end=TEN, is_all_day=True)
    calendar.update("e", title="Tea")
    calendar.delete("e")


def the_calendar_in_step(user: User) -> None:
    (calendar,) = calendars.of(user)
    side = shelf.SIDES[calendar.connection.provider](calendar.connection, NINE)
    side.changes("")
    side.read("e")
    once = contents.of(title="Tea", start=NINE, end=TEN, is_all_day=False, place="x")
    for rule in ("FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20310901T235959"):
        day = timedelta(days=14)
        wanted = contents.of(
            title="Tea",
            start=NINE,
            end=TEN,
            is_all_day=False,
            zone="America/New_York",
            rule=rule,
            gone=(NINE + day,),
            moved={NINE + 2 * day: once},
        )
        side.create("0b0f6a2c-1d6e-4e43-9c0b-8f6f0f1b7d55", wanted)
        side.update(Remote("e"), wanted)
    side.update(Remote("e"), once)
    side.delete(Remote("e", "mark"))


def the_mailbox(user: User) -> None:
    (mailbox,) = mailboxes.of(user)
    mailbox.messages()
    mailbox.messages(unread=True)
    mailbox.messages(words="tea")
    mailbox.messages(words="tea", unread=True)
    mailbox.read("m")
    for write in (mailbox.draft, mailbox.send):
        write(
            to=["bob@example.com"], cc=["c@example.com"], subject="Tea", text="At four"
        )


def the_library(user: User) -> None:
    (library,) = videos.of(user)
    cache.clear()
    library.search("tea")
    library.subscriptions()
    library.playlists()
    library.add(playlist_id="p", video_id="v")


WALKS: Mapping[str, tuple[Callable[[User], None], ...]] = {
    "google": (the_calendar, the_calendar_in_step, the_mailbox),
    "microsoft": (the_calendar, the_calendar_in_step, the_mailbox),
    "youtube": (the_library,),
}


def asked_of(user: User, provider: str, settings: Settings) -> list[Asked]:
    with recorder() as there:
        settings.PROVIDER_BASE_URLS = {provider: there.url}
        there.answer = ANSWER
        connected(user, provider)
        for walk in WALKS[provider]:
            walk(user)
    return there.asked


def of(provider: str) -> list[Capability]:
    return [each for each in EVERY if each.provider == provider]


# --- Google and YouTube ----------------------------------------------------------------

_DOCUMENTS = {"google": ("calendar.v3", "gmail.v1"), "youtube": ("youtube.v3",)}
# Good for every method (of `parameters` at the top of a document).
Method = dict[str, Any]


@lru_cache
def document(name: str) -> dict[str, Any]:
    spec = find_spec("googleapiclient")
    assert spec and spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    text = (root / f"discovery_cache/documents/{name}.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def methods(resources: dict[str, Any]) -> Iterator[Method]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from methods(resource.get("resources", {}))


def described(provider: str, method: str, url: str) -> tuple[Method, dict[str, Any]]:
    """The method of Google's description that answers there, and its document."""
    for name in _DOCUMENTS[provider]:
        found = document(name)
        for each in methods(found["resources"]):
            pattern = found["rootUrl"] + found["servicePath"] + each["path"]
            fits = re.sub(
                r"\\\{\+?\w+\\\}", "[^/?]+", re.escape(pattern).replace(r"\+", "+")
            )
            if each["httpMethod"] == method and re.fullmatch(fits, url):
                return each, found
    raise AssertionError(f"{method} {url} is not in {_DOCUMENTS[provider]}")


def insist_on_schema(found: dict[str, Any], schema: dict[str, Any], body: Any) -> None:
    """Every field is there, and is of that kind."""
    if "$ref" in schema:
        schema = found["schemas"][schema["$ref"]]
    match schema["type"]:
        case "object":
            assert isinstance(body, dict)
            unknown = body.keys() - schema["properties"].keys()
            assert not unknown, f"{schema.get('id')} has no {unknown}"
            for name, value in body.items():
                if value is not None:  # "leave it out"
                    insist_on_schema(found, schema["properties"][name], value)
        case "array":
            assert isinstance(body, list)
            for each in body:
                insist_on_schema(found, schema["items"], each)
        case kind:
            known = {"string": str, "boolean": bool, "integer": int}
            assert isinstance(body, known[kind])


@pytest.mark.parametrize(
    "one", [*of("google"), *of("youtube")], ids=lambda one: f"{one.provider} {one.name}"
)
def test_google_has_such_a_method_and_our_scope_is_enough_for_it(
    one: Capability,
) -> None:
    url = re.sub(r"\{\w+\}", "x", one.url)
    method, _ = described(one.provider, one.method, url)
    feature = providers.named(one.provider).feature(one.feature)
    assert set(feature.scopes) & set(method["scopes"]), method["scopes"]


@pytest.mark.parametrize("provider", ["google", "youtube"])
def test_google_knows_all_that_we_send(
    provider: str, alice: User, settings: Settings
) -> None:
    asked = asked_of(alice, provider, settings)
    hosts = providers.named(provider).hosts
    for each in asked:
        for host in hosts:
            try:
                method, found = described(
                    provider, each.method, f"https://{host}{unquote(each.path)}"
                )
                break
            except AssertionError:
                continue
        else:
            raise AssertionError(f"{each.method} {each.path}")
        parameters = method.get("parameters", {})
        for name, values in each.query.items():
            kind = parameters[name]
            assert len(values) == 1 or kind.get("repeated"), name
            if "enum" in kind:
                assert set(values) <= set(kind["enum"]), (name, values)
            if kind["type"] == "integer":
                most = int(kind.get("maximum", 10**9))
                assert 0 < int(values[0]) <= most, (name, values)
        needed = {
            name
            for name, kind in parameters.items()
            if kind.get("required") and kind["location"] == "query"
        }
        assert needed <= each.query.keys()
        if each.body is not None:
            insist_on_schema(found, method["request"], each.body)
    insist_on_all(provider)


def insist_on_all(provider: str) -> None:
    """The walks made every call that there is."""
    made = set(CallDelta.objects.values_list("capability", flat=True))
    assert {each.name for each in of(provider)} <= made


def test_an_id_of_an_event_is_made_of_what_google_allows() -> None:
    from apps.integrations.capabilities.google_calendar import handle

    events, found = described(
        "google",
        "POST",
        "https://www.googleapis.com/calendar/v3/calendars/primary/events",
    )
    rule = found["schemas"]["Event"]["properties"]["id"]["description"]
    assert events["request"] == {"$ref": "Event"}
    assert "base32hex" in rule and "between 5 and 1024" in rule
    for key in ("", "k", "ü" * 999):
        assert re.fullmatch("[a-v0-9]{5,1024}", handle(key))


# --- Microsoft -------------------------------------------------------------------------


@lru_cache
def sdk() -> Path:
    spec = find_spec("msgraph")
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "generated"


@lru_cache
def addresses() -> dict[str, tuple[set[str], set[str]]]:
    """Of each address of a person: the names of its query, and its methods."""
    found = dict[str, tuple[set[str], set[str]]]()
    wanted = ("events", "messages", "calendar_view", "send_mail", "mail_folders")
    for folder in wanted:
        for file in (sdk() / "users/item" / folder).rglob("*_request_builder.py"):
            text = file.read_text()
            for template in re.findall(r'"\{\+baseurl\}([^"]+)"', text):
                path, names = split(template)
                known = re.findall(r"async def (get|post|patch|delete)\(", text)
                found[path] = names, {each.upper() for each in known}
    return found


def split(template: str) -> tuple[str, set[str]]:
    """Address and query names of a template (RFC 6570)."""
    path, names = template, set[str]()
    for part in re.findall(r"\{[?&]([^}]+)\}", template):
        names |= {unquote(name).rstrip("*") for name in part.split(",")}
    path = re.sub(r"\{[?&][^}]+\}", "", path)
    path, _, fixed = path.partition("?")
    names |= {pair.partition("=")[0] for pair in fixed.split("&") if pair}
    return re.sub(r"\{[^}]+\}", "*", path), names


@lru_cache
def fields(model: str) -> set[str]:
    """Those that a model of the SDK reads, and its parents."""
    text = (sdk() / f"models/{model}.py").read_text()
    found = set(re.findall(r'^\s+"(\w+)"\s*: lambda', text, re.MULTILINE))
    parent = re.search(r"^class \w+\((\w+)", text, re.MULTILINE)
    if parent and parent[1] in ("OutlookItem", "Entity"):
        snake = {"OutlookItem": "outlook_item", "Entity": "entity"}[parent[1]]
        found |= fields(snake)
    return found


def of_graph(path: str) -> tuple[set[str], set[str]]:
    own = unquote(urlsplit(path).path).removeprefix("/v1.0/me/").split("/")
    for known, found in addresses().items():
        # A function may be called without its brackets (OData 4.01).
        steps = known.removeprefix("/users/*/").removesuffix("()").split("/")
        if len(steps) == len(own) and all(
            step in ("*", mine) for step, mine in zip(steps, own, strict=True)
        ):
            return found
    raise AssertionError(path)


@pytest.mark.parametrize("one", of("microsoft"), ids=lambda one: one.name)
def test_microsoft_has_such_an_address(one: Capability) -> None:
    assert one.url.startswith("https://graph.microsoft.com/v1.0/me/")
    _, known = of_graph(one.url.replace("https://graph.microsoft.com", ""))
    assert one.method in known


def test_microsoft_knows_all_that_we_send(alice: User, settings: Settings) -> None:
    models = {"events": "event", "messages": "message", "calendarView": "event"}
    for each in asked_of(alice, "microsoft", settings):
        names, known = of_graph(each.path)
        assert each.method in known
        assert each.query.keys() <= names, each.path
        body, model = each.body, models.get(each.path.split("/")[3], "message")
        for name in each.query.get("$select", [""])[0].split(","):
            assert not name or name in fields(model), name
        if each.path.endswith("/sendMail"):
            text = (
                sdk() / "users/item/send_mail/send_mail_post_request_body.py"
            ).read_text()
            assert body.keys() == {"message", "saveToSentItems"}
            assert all(f'"{name}"'.lower() in text.lower() for name in body)
            body = body["message"]
        if body is None:
            continue
        assert body.keys() <= fields(model), body.keys() - fields(model)
        for name, inner in {
            "body": "item_body",
            "start": "date_time_time_zone",
            "end": "date_time_time_zone",
            "location": "location",
        }.items():
            assert set(body.get(name, {})) <= fields(inner)
        for name in ("attendees", "toRecipients", "ccRecipients"):
            for person in body.get(name, []):
                assert set(person) <= {"type", "emailAddress"}
                assert set(person["emailAddress"]) <= fields("email_address")
    insist_on_all("microsoft")


# --- Notion ----------------------------------------------------------------------------


def test_notion_s_own_description_takes_all_that_we_send(
    prism: Server, alice: User, settings: Settings
) -> None:
    """It refuses with 400 what does not fit. A page that it makes has no id."""
    settings.PROVIDER_BASE_URLS = {"notion": prism.url}
    connected(alice, "notion")
    (notebook,) = notebooks.of(alice)
    notebook.search()
    notebook.search("tea", most=50)
    notebook.read(PAGE)
    for under in (PAGE, ""):
        with pytest.raises(OutcomeUnknown):
            notebook.create(title="Tea", text="Lemons", under=under)
    notebook.append(PAGE, "Lemons\n\n" + "Milk " * 600)
    words = {"rich_text": paragraph("Milk " * 600)["paragraph"]["rich_text"]}
    for name, body in (
        ("block.read", None),
        ("block.update", {"paragraph": words}),
        ("block.delete", None),
    ):
        client.of(notebook.connection, name).call(steps={"block": PAGE}, body=body)
    insist_on_all("notion")
    assert set(CallDelta.objects.values_list("outcome", flat=True)) == {"ok"}


# --- Google as somebody else built it --------------------------------------------------


@contextmanager
def emulating(server: Server, user: User, settings: Settings) -> Iterator[None]:
    settings.PROVIDER_BASE_URLS = {"google": server.url}
    connected(user, "google")
    yield


def test_a_calendar_that_others_built_is_read_and_written(
    emulated_google: Server, alice: User, settings: Settings
) -> None:
    with emulating(emulated_google, alice, settings):
        (calendar,) = calendars.of(alice)
        made = calendar.create(
            title="Tea", start=NINE, end=TEN, key="k", place="Green Leaf"
        )
        (seen,) = calendar.events(start=NINE, end=TEN)
        assert (seen.id, seen.title, seen.start, seen.end, seen.place) == (
            made.id,
            "Tea",
            NINE,
            TEN,
            "Green Leaf",
        )
        (busy,) = calendar.busy(start=NINE - timedelta(hours=1), end=TEN)
        assert (busy.start, busy.end) == (NINE, TEN)
        calendar.delete(made.id)
        assert calendar.events(start=NINE, end=TEN) == []


def test_a_mailbox_that_others_built_is_read_and_written(
    emulated_google: Server, alice: User, settings: Settings
) -> None:
    with emulating(emulated_google, alice, settings):
        (mailbox,) = mailboxes.of(alice)
        mailbox.send(to=["bob@example.com"], subject="Tëa", text="Grüße,\nAlice")
        assert mailbox.draft(to=["bob@example.com"], subject="Later", text="x").id
        sent = mailbox.ask("mail.list").call(query={"labelIds": ["SENT"]})
        read = mailbox.read(sent["messages"][0]["id"])
        assert (read.subject, read.text) == ("Tëa", "Grüße,\nAlice")
        assert read.to == ("bob@example.com",)
        assert mailbox.messages(most=3)

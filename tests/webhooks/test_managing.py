"""Webhooks are made, changed and deleted by the person alone, over the API and on the
website."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts import panic, personal_tokens
from apps.accounts.models import LoginSession, User
from apps.core import dossier, rotation, vault
from apps.core.errors import AppError, Conflict
from apps.webhooks import addresses, deliveries, endpoints, retention, sending
from apps.webhooks.models import Delivery, Endpoint
from tests.conftest import Recorded
from tests.races import together
from tests.sign_in import signed_in
from tests.webhooks.receiver import Receiver
from tests.webhooks.sent import endpoint, waiting
from tests.webhooks.verifying import is_genuine

pytestmark = pytest.mark.django_db(transaction=True)
WEBHOOKS, PAGE = "/api/v1/webhooks", "/app/settings/webhooks/"
URL = "https://hooks.example/in?key=quiet"
NEW: dict[str, Any] = {"url": URL, "types": ["message.sent"]}


@pytest.fixture
def app(alice: User) -> Client:
    return signed_in(alice)


def send(client: Client, path: str, body: Any = None, verb: str = "post") -> Any:
    return getattr(client, verb)(path, body or {}, content_type="application/json")


def found(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_one_is_made_its_secret_shown_once_and_its_owner_told(
    app: Client, recorded: Recorded
) -> None:
    mail.outbox.clear()
    made = send(app, WEBHOOKS, {**NEW, "name": "home", "include_text": True})
    assert made.status_code == 201 and "no-store" in made["Cache-Control"]
    said = made.json()
    assert said["secret"].startswith("whsec_") and said["include_text"] is True
    row = Endpoint.objects.get()
    assert row.secrets() == [said["secret"]] and said["secret"] not in row.sealed
    (listed,) = app.get(WEBHOOKS).json()["results"]
    assert "secret" not in listed and listed["url"] == URL
    assert (listed["is_enabled"], listed["ending"]) == (True, "")
    assert PAGE in mail.outbox[0].body and "hooks.example" not in mail.outbox[0].body
    (event,) = recorded(endpoints.ADD)
    assert "quiet" not in str(event.__dict__) and said["secret"] not in str(
        event.__dict__
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": []},
        {"types": ["message.read"]},
        {"types": "message.sent"},
        {"url": ""},
        {"url": "https://hooks.example/" + "x" * 500},
        {"name": "x" * 61},
        {"secret": "mine"},
        {"include_text": "yes"},
    ],
)
def test_what_is_no_webhook_is_refused(app: Client, wrong: dict[str, Any]) -> None:
    assert found(send(app, WEBHOOKS, {**NEW, **wrong})) == (400, "bad_fields")
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "hooks.example",
        "https://",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://alice:secret@hooks.example/",
        "https://hooks.example/#x",
        "https://hooks.example\\@10.0.0.1/",
        "https://hooks.example:99999/",
        "https://hooks .example/",
        "https://höoks.example/",
        "https://[::ffff:10.0.0.1]/",
    ],
)
def test_an_address_that_nobody_may_have_called_is_refused(
    app: Client, settings: Settings, url: str
) -> None:
    settings.WEBHOOKS_MAY_LOOP_BACK = False
    assert found(send(app, WEBHOOKS, {**NEW, "url": url})) == (400, "bad_webhook_url")
    assert not Endpoint.objects.exists()


def test_on_a_laptop_one_may_be_on_it(settings: Settings) -> None:
    addresses.insist("http://127.0.0.1:9/in")
    assert addresses.trusted("http://127.0.0.1:9/in") == "http://127.0.0.1:9"
    assert addresses.trusted("http://10.0.0.1/") == ""
    with pytest.raises(addresses.BadAddress):
        addresses.insist("http://10.0.0.1/")
    settings.WEBHOOKS_MAY_LOOP_BACK = False
    assert addresses.trusted("http://127.0.0.1:9/in") == ""


def test_five_are_enough_also_of_many_at_once(alice: User) -> None:
    def make() -> object:
        return endpoints.make(user=alice, url=URL, types=["message.sent"])

    made = together(8, make)
    refused = [each for each in made if isinstance(each, AppError)]
    assert len(refused) == 3 and {each.code for each in refused} == {
        "too_many_webhooks"
    }
    assert Endpoint.objects.count() == Endpoint.MOST


def test_one_is_changed_and_switched(app: Client, recorded: Recorded) -> None:
    made = send(app, WEBHOOKS, NEW).json()
    path = f"{WEBHOOKS}/{made['id']}"
    etag = app.get(path)["ETag"]
    body = {"types": ["message.failed", "message.received"], "name": "shed"}
    changed = send(app, path, body, "patch").json()
    assert changed["types"] == ["message.received", "message.failed"]
    assert changed["name"] == "shed" and changed["url"] == URL
    stale = app.patch(
        path, {}, content_type="application/json", headers={"If-Match": etag}
    )
    assert stale.status_code == 412
    off = send(app, path, {"is_enabled": False}, "patch").json()
    assert (off["is_enabled"], off["ending"]) == (False, "owner")
    assert found(send(app, f"{path}/test")) == (409, "webhook_off")
    on = send(app, path, {"is_enabled": True}, "patch").json()
    assert (on["is_enabled"], on["ending"]) == (True, "")
    assert found(send(app, path, {"include_text": True}, "patch"))[0] == 400
    assert len(recorded(endpoints.CHANGE)) == 1
    assert len(recorded(endpoints.DISABLE)) == len(recorded(endpoints.ENABLE)) == 1
    assert app.delete(path).status_code == 204
    assert not Endpoint.objects.exists() and len(recorded(endpoints.DELETE)) == 1


def test_both_secrets_sign_for_a_day_after_a_rotation(
    app: Client, alice: User, receiver: Receiver, recorded: Recorded
) -> None:
    made = send(app, WEBHOOKS, {**NEW, "url": receiver.url}).json()
    rotated = send(app, f"{WEBHOOKS}/{made['id']}/rotate").json()
    assert rotated["secret"] != made["secret"] and rotated["older_until"]
    row = Endpoint.objects.get()
    waiting(row)
    sending.send()
    (seen,) = receiver.seen
    assert is_genuine(made["secret"], seen.headers, seen.body)
    assert is_genuine(rotated["secret"], seen.headers, seen.body)
    assert not is_genuine(made["secret"], seen.headers, seen.body + b" ")
    Endpoint.objects.update(older_until=timezone.now() - timedelta(seconds=1))
    waiting(row)
    sending.send()
    seen = receiver.seen[-1]
    assert not is_genuine(made["secret"], seen.headers, seen.body)
    assert is_genuine(rotated["secret"], seen.headers, seen.body)
    assert len(recorded(endpoints.ROTATE)) == 1
    # A third one leaves the second as the older; of a fourth right after it, whose
    # answer may have been lost, both sign along. No more than that do.
    third, fourth, fifth = (
        send(app, f"{WEBHOOKS}/{made['id']}/rotate").json()["secret"] for _ in range(3)
    )
    row.refresh_from_db()
    assert row.secrets() == [fifth, fourth, third]
    waiting(row)
    sending.send()
    seen = receiver.seen[-1]
    assert is_genuine(third, seen.headers, seen.body)
    assert not is_genuine(rotated["secret"], seen.headers, seen.body)


def test_a_test_is_sent_and_told_in_the_list_of_deliveries(
    app: Client, receiver: Receiver
) -> None:
    made = send(app, WEBHOOKS, {**NEW, "url": receiver.url}).json()
    path = f"{WEBHOOKS}/{made['id']}"
    asked = send(app, f"{path}/test")
    assert asked.status_code == 202 and asked.json()["state"] == "waiting"
    sending.send()
    body = json.loads(receiver.seen[0].body)
    assert (body["type"], body["data"]) == ("webhook.test", {})
    page = app.get(f"{path}/deliveries").json()
    (listed,) = page["results"]
    assert listed["id"] == asked.json()["id"] == receiver.seen[0].id
    assert (listed["state"], listed["status_code"], listed["answer"]) == (
        "delivered",
        200,
        "thanks",
    )
    assert listed["next_at"] is None and listed["attempts"] == 1
    assert app.get(f"{path}/deliveries?state=failed").json()["results"] == []
    assert found(app.get(f"{path}/deliveries?state=lost"))[0] == 400
    again = send(app, f"{path}/deliveries/{listed['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    sending.send()
    assert receiver.ids() == [listed["id"]] * 2


def test_deliveries_are_read_in_pages(app: Client, alice: User) -> None:
    row = endpoint(alice, URL)
    waiting(row, 5)
    first = app.get(f"{WEBHOOKS}/{row.public_id}/deliveries?limit=3").json()
    rest = app.get(first["next"].removeprefix("https://switchboard.example")).json()
    ids = [each["id"] for each in first["results"] + rest["results"]]
    newest = row.deliveries.order_by("-pk").values_list("public_id", flat=True)
    assert ids == [str(each) for each in newest] and rest["next"] is None


def test_nobody_knocks_all_day(app: Client, alice: User, receiver: Receiver) -> None:
    row = endpoint(alice, receiver.url)
    path = f"{WEBHOOKS}/{row.public_id}/test"
    said = [send(app, path).status_code for _ in range(deliveries.PACE.times + 1)]
    assert said == [202] * deliveries.PACE.times + [429]


def test_those_of_another_are_not_there(app: Client, bob: User) -> None:
    row = endpoint(bob, URL)
    (delivery,) = waiting(row)
    path = f"{WEBHOOKS}/{row.public_id}"
    asked = [
        app.get(path),
        send(app, path, {"name": "mine"}, "patch"),
        app.delete(path),
        send(app, f"{path}/rotate"),
        send(app, f"{path}/test"),
        app.get(f"{path}/deliveries"),
        send(app, f"{path}/deliveries/{delivery.public_id}/redeliver"),
    ]
    assert [each.status_code for each in asked] == [404] * 7
    mine = send(app, WEBHOOKS, NEW).json()["id"]
    across = f"{WEBHOOKS}/{mine}/deliveries/{delivery.public_id}/redeliver"
    assert send(app, across).status_code == 404
    row.refresh_from_db()
    assert row.name == "" and row.is_enabled


def test_a_program_makes_none_and_reads_none(alice: User) -> None:
    scopes = ["account:write", "connections:write", "messages:write"]
    said = personal_tokens.make(user=alice, name="script", scopes=scopes)[1]
    program = Client(headers={"authorization": f"Bearer {said}"})
    assert found(send(program, WEBHOOKS, NEW)) == (403, "not_by_token")
    assert found(program.get(WEBHOOKS)) == (403, "not_by_token")


def test_where_it_goes_is_said_with_a_fresh_proof_alone(
    app: Client, alice: User
) -> None:
    row = endpoint(alice, URL)
    ago = timezone.now() - timedelta(minutes=6)
    LoginSession.objects.update(proved_at=ago, proved_twice_at=ago)
    path = f"{WEBHOOKS}/{row.public_id}"
    assert found(send(app, WEBHOOKS, NEW)) == (401, "step_up")
    assert found(send(app, path, {"url": URL}, "patch")) == (401, "step_up")
    assert found(send(app, f"{path}/rotate")) == (401, "step_up")
    assert app.get(path).status_code == 200 and app.delete(path).status_code == 204


def test_the_same_key_makes_no_second_and_shows_no_secret(app: Client) -> None:
    sent: Any = {
        "content_type": "application/json",
        "headers": {"Idempotency-Key": "one"},
    }
    assert app.post(WEBHOOKS, NEW, **sent).status_code == 201
    assert found(app.post(WEBHOOKS, NEW, **sent)) == (409, "shown_once")
    assert Endpoint.objects.count() == 1


def test_whoever_stops_everything_stops_these_too(
    alice: User, receiver: Receiver
) -> None:
    row = endpoint(alice, receiver.url)
    waiting(row)
    panic.begin(alice)
    row.refresh_from_db()
    assert (row.is_enabled, row.ending) == (False, "safety")
    assert sending.send() == 0 and not receiver.seen
    with pytest.raises(Conflict):
        endpoints.make(user=alice, url=URL, types=["message.sent"])


def test_the_pages_do_it_all(app: Client, receiver: Receiver) -> None:
    empty = app.get(PAGE).content.decode()
    assert "No webhook yet" in empty and "message.received" in empty
    form = {"url": receiver.url, "name": "shed", "types": ["message.sent"]}
    made = app.post(f"{PAGE}make/", form)
    secret = re.search(r"whsec_[\w+/=]+", made.content.decode())
    row = Endpoint.objects.get()
    assert secret is not None and row.secrets() == [secret[0]]
    assert "no-store" in made["Cache-Control"]
    page = f"{PAGE}{row.public_id}/"
    assert "shed" in app.get(PAGE).content.decode()
    app.post(f"{page}test/")
    receiver.status, receiver.answer = 500, b"<b>broken</b>"
    sending.send()
    shown = app.get(page).content.decode()
    assert "answered 500" in shown and "&lt;b&gt;broken&lt;/b&gt;" in shown
    delivery = Delivery.objects.get()
    receiver.status = 200
    app.post(f"{page}{delivery.public_id}/again/")
    sending.send()
    assert "Delivered" in app.get(page).content.decode()
    assert app.post(f"{page}change/", {"types": []}).status_code == 200
    app.post(f"{page}change/", {"types": ["message.failed"]})
    row.refresh_from_db()
    assert row.types == ["message.failed"]
    turned = app.post(f"{page}rotate/").content.decode()
    row.refresh_from_db()
    assert row.secrets()[0] in turned and row.secrets()[1] == secret[0]
    app.post(f"{page}switch/", {"on": "0"})
    off = app.get(page).content.decode()
    assert "You switched it off" in off and "Send a test" not in off
    asked = app.post(f"{page}{delivery.public_id}/again/", follow=True)
    assert "This webhook is off" in asked.content.decode()
    app.post(f"{page}switch/", {"on": "1"})
    app.post(f"{page}delete/")
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"url": "http://10.0.0.1/"}, {"types": []}, {"url": ""}]
)
def test_a_page_says_what_is_wrong(app: Client, wrong: dict[str, Any]) -> None:
    form = {"url": URL, "types": ["message.sent"], **wrong}
    said = app.post(f"{PAGE}make/", form)
    assert said.status_code == 200 and 'class="error' in said.content.decode()
    assert not Endpoint.objects.exists()


def test_more_than_enough_is_said_on_the_page(app: Client, alice: User) -> None:
    for _ in range(Endpoint.MOST):
        endpoint(alice, URL)
    said = app.post(f"{PAGE}make/", {"url": URL, "types": ["message.sent"]})
    assert "You have 5 webhooks" in said.content.decode()


def test_what_was_sent_is_kept_for_a_month(alice: User) -> None:
    row = endpoint(alice, URL)
    old, waits, _ = waiting(row, 3)
    Delivery.objects.filter(pk=old.pk).update(state="delivered")
    before = timezone.now() + timedelta(seconds=1)
    (rule,) = retention.RULES
    assert rule.days == 30
    assert list(rule.old(before)) == [old]
    assert waits.state == "waiting"


def test_it_goes_along_when_somebody_takes_their_data(alice: User, bob: User) -> None:
    row = endpoint(alice, URL)
    waiting(row)
    endpoint(bob, "https://bobs.example/")
    files = {
        kept.name: list(kept.rows(alice))
        for kept in dossier.handed_out()
        if kept.name.startswith("webhook")
    }
    (hook,), (delivery,) = files["webhooks"], files["webhook-deliveries"]
    assert hook["url"] == URL and "sealed" not in hook and "secret" not in hook
    assert delivery["type"] == "message.sent"


def test_secrets_are_sealed_anew_under_the_newest_key(
    alice: User, settings: Settings
) -> None:
    row = endpoint(alice, URL)
    secrets = row.secrets()
    (sealed,) = (each for each in rotation.every() if each.model is Endpoint)
    settings.FIELD_ENCRYPTION_KEYS = (
        "k9:" + "A" * 43 + "=," + settings.FIELD_ENCRYPTION_KEYS
    )
    assert len(list(rotation.rotate(sealed))) == 1
    row.refresh_from_db()
    assert row.sealed.startswith("k9.") and row.secrets() == secrets
    stolen = endpoint(alice, URL)
    Endpoint.objects.filter(pk=stolen.pk).update(sealed=row.sealed)
    stolen.refresh_from_db()
    with pytest.raises(vault.Unreadable):
        stolen.secrets()

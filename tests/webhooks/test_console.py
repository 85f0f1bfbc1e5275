"""Operators see where people are told and how that goes, and nothing that is secret."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.rbac.catalog import Permission
from apps.webhooks.models import Delivery, Endpoint
from tests.conftest import Recorded
from tests.rbac.factories import helper, person
from tests.sign_in import signed_in
from tests.webhooks.sent import endpoint, waiting

pytestmark = pytest.mark.django_db(transaction=True)
ENDPOINTS, DELIVERIES = "/admin/webhooks/endpoint/", "/admin/webhooks/delivery/"


@pytest.fixture
def ada(transactional_db: None) -> User:
    return person("administrator", email="ada@example.com")


@pytest.fixture
def hook(alice: User) -> Endpoint:
    return endpoint(alice, "https://hooks.example/in/7fa3hush?key=9c1dmum")


@pytest.fixture
def delivery(hook: Endpoint) -> Delivery:
    (found,) = waiting(hook)
    Delivery.objects.update(status_code=503, attempts=1, answer="her own words")
    return found


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_both_are_listed_and_read_without_what_is_secret(
    ada: User, alice: User, hook: Endpoint, delivery: Delivery, recorded: Recorded
) -> None:
    client = signed_in(ada)
    lists = [read(client, ENDPOINTS), read(client, DELIVERIES)]
    assert all("hooks.example" in each and "a•••@" in each for each in lists)
    assert "alice@example.com" not in str(lists) and "503" in lists[1]
    ones = [
        read(client, f"{ENDPOINTS}{hook.pk}/change/"),
        read(client, f"{DELIVERIES}{delivery.pk}/change/"),
    ]
    secrets = [*hook.secrets(), hook.sealed, "7fa3hush", "9c1dmum", "her own words"]
    assert not [each for each in secrets if each in str(lists + ones)]
    looks = recorded(Permission.PERSON_VIEW_PII)
    assert [each.subject_id for each in looks] == [alice.pk] * 2


def test_they_are_found_by_whose_and_by_how_it_went(
    ada: User, bob: User, hook: Endpoint, delivery: Delivery
) -> None:
    waiting(endpoint(bob, "https://bobs.example/"))
    client = signed_in(ada)
    for path in (
        f"{ENDPOINTS}?q=alice@",
        f"{ENDPOINTS}?q={hook.public_id}",
        f"{DELIVERIES}?q=alice@",
        f"{DELIVERIES}?q={hook.public_id}",
        f"{DELIVERIES}?q={delivery.public_id}",
    ):
        found = read(client, path)
        assert "hooks.example" in found and "bobs.example" not in found, path
    Delivery.objects.filter(pk=delivery.pk).update(state="failed")
    found = read(client, f"{DELIVERIES}?state__exact=failed&type=message.sent")
    assert "hooks.example" in found and "bobs.example" not in found
    Endpoint.objects.filter(pk=hook.pk).update(is_enabled=False, ending="failing")
    found = read(client, f"{ENDPOINTS}?is_enabled__exact=0&ending__exact=failing")
    assert "It took nothing for three days" in found and "bobs.example" not in found


def test_each_takes_a_permission_of_its_own(ada: User, delivery: Delivery) -> None:
    client = helper(ada, Permission.WEBHOOK_VIEW)
    assert client.get(ENDPOINTS).status_code == 200
    assert client.get(DELIVERIES).status_code == 403
    assert client.get(f"{DELIVERIES}{delivery.pk}/change/").status_code == 403
    for path in (ENDPOINTS, DELIVERIES):
        assert signed_in(ada).get(f"{path}add/").status_code == 403

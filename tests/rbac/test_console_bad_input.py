"""Whatever is asked of the console is answered; nothing of it is a defect of ours."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from apps.accounts.models import User
from apps.rbac.console.lists import RowList
from apps.rbac.models import RoleAssignment
from tests.assistant.factories import InboundTextFactory, ReminderFactory, TurnFactory
from tests.factories import PhoneNumberFactory
from tests.rbac.factories import person, role
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
NASTY = (
    "",
    "\0",
    "(",
    "9" * 30,
    "0001-01-01T00:00:00-23:59",
    "9999-12-31",
    "\ufffd",
)
# What filters take; whatever else is asked for never reaches the database.
LOOKUPS = ("gte", "exact", "id__exact")
GRANT = "/admin/rbac/roleassignment/add/"


@pytest.fixture
def as_ada(db: None) -> Client:
    return signed_in(person("administrator", email="ada@example.com"))


@pytest.fixture
def rows(db: None) -> None:
    """Something on most lists: what is read from no row is not converted."""
    user = person("premium")
    PhoneNumberFactory.create(user=user)
    ReminderFactory.create(user=user)
    InboundTextFactory.create(turn=TurnFactory.create(user=user), user=user)


def lists() -> list[tuple[str, list[str]]]:
    """Address and the columns it is filtered by, of each."""
    found = []
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        columns = [each for each in page.list_filter if isinstance(each, str)]
        found.append((reverse(name), columns))
    return found


@pytest.mark.parametrize("value", NASTY)
def test_no_list_breaks(as_ada: Client, rows: None, value: str) -> None:
    for address, columns in lists():
        asked = [f"{column}__{lookup}" for column in columns for lookup in LOOKUPS]
        asked += [*columns, "q"]
        for name in asked:
            answer = as_ada.get(f"{address}?{urlencode({name: value})}")
            assert answer.status_code in {200, 302, 400, 403}, (address, name)
    for name in ("action", "outcome", "actor", "subject", "since", "until", "q"):
        for page in ("", "export/csv/", "export/ndjson/"):
            address = f"/admin/rbac/auditevent/{page}?{urlencode({name: value})}"
            answer = as_ada.get(address)
            assert answer.status_code in {200, 400}, (page, name)
            if answer.streaming:
                answer.getvalue()


@pytest.mark.parametrize("value", NASTY)
def test_no_form_breaks(as_ada: Client, rows: None, value: str) -> None:
    choices = "app_label=rbac&model_name=roleassignment&field_name=user"
    asked = urlencode({"term": value})
    answer = as_ada.get(f"/admin/autocomplete/?{choices}&{asked}")
    assert answer.status_code in {200, 400}
    for name in ("user", "role", "expires_at", "reason", "nosuch"):
        assert as_ada.get(f"{GRANT}?{urlencode({name: value})}").status_code == 200
    form = {
        "user": value,
        "role": value,
        "reason": value,
        "expires_at_0": value,
        "expires_at_1": value,
    }
    assert as_ada.post(GRANT, form).status_code == 200
    assert RoleAssignment.objects.count() == 2
    for address in ("/admin/accounts/user/", "/admin/rbac/role/"):
        for action in ("suspend", "delete_role", value):
            posted = {"action": action, "_selected_action": [value]}
            answer = as_ada.post(address, posted)
            assert answer.status_code in {200, 302, 400}, (address, action)
    for name in ("accounts_user", "rbac_role", "rbac_auditevent", "sms_lane"):
        page = reverse(f"admin:{name}_change", args=["row"])
        answer = as_ada.get(page.replace("row", urlencode({"": value})[1:] or "x"))
        assert answer.status_code in {200, 302, 404}, name


def test_what_is_no_value_of_a_field_is_a_bad_request(as_ada: Client) -> None:
    for address in (
        "/admin/sms/turn/?started_at__gte=0001-01-01T00:00:00-23:59",
        "/admin/sms/turn/?silence__exact=%00",
        "/admin/rbac/roleassignment/?role__id__exact=abc",
        "/admin/assistant/toolcall/?tool__range=1,2",
    ):
        assert as_ada.get(address).status_code == 400, address


def test_every_list_asks_only_what_it_offers(rf: RequestFactory) -> None:
    for model, page in admin.site._registry.items():
        if page.list_filter:
            assert page.get_changelist(rf.get("/")) is RowList, model


def test_a_grant_is_begun_for_who_was_named(as_ada: Client) -> None:
    alice: User = person(email="alice@example.com")
    asked = urlencode({"user": alice.pk, "role": role("premium").pk, "reason": "Hi"})
    shown = as_ada.get(f"{GRANT}?{asked}").content.decode()
    assert f"a•••@example.com, {alice.pk}" in shown and 'value="Hi"' in shown

"""`manage.py create_operator`: the first administrator of an installation."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.models import User
from apps.mfa.models import TOTPDevice
from apps.rbac.models import AuditEvent, RoleAssignment
from tests.rbac.factories import person

pytestmark = pytest.mark.django_db
SECRET = "a-long-enough-phrase-91"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("create_operator", *words, stdout=out)
    return out.getvalue()


def test_a_new_operator_signs_in_and_sets_up_a_second_factor(typed: None) -> None:
    assert run("Ada@Example.com", "--name", "Ada") == (
        "ada@example.com is an administrator now.\n"
    )
    client = Client()
    form = {"login": "ada@example.com", "password": SECRET}
    assert client.post("/accounts/login/", form).status_code == 302
    factors = "/app/settings/security/factors/"
    assert client.get("/admin/")["Location"] == f"{factors}?next=%2Fadmin%2F"
    client.post(f"{factors}totp/begin/")
    client.post(f"{factors}totp/", {"code": TOTPDevice.objects.get().code()})
    assert client.get("/admin/").status_code == 200
    assert AuditEvent.objects.filter(action="rbac.roleassignment.grant").exists()


def test_somebody_with_an_account_is_promoted_once() -> None:
    person(email="bob@example.com")
    assert "administrator now" in run("bob@example.com")
    assert "already" in run("bob@example.com")
    assert RoleAssignment.objects.count() == 1


@pytest.mark.parametrize("words", ["short", "password12345"])
def test_a_weak_password_makes_nobody(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{words}\n"))
    with pytest.raises(CommandError, match="password"):
        run("ada@example.com")
    assert not User.objects.exists()


@pytest.mark.parametrize("address", ["nobody", "ſ@example.com", "a b@example.com"])
def test_what_is_no_address_is_refused(address: str, typed: None) -> None:
    with pytest.raises(CommandError, match="no e-mail address"):
        run(address)

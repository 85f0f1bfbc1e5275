"""Signing in with an account elsewhere: it is that account, never an address, that
counts."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts import email_changes, panic, sessions, tokens
from apps.accounts.models import LoginSession, User
from apps.core import dossier
from apps.integrations.models import Connection
from tests.accounts.reverts import key_of
from tests.factories import PASSWORD, UserFactory
from tests.integrations.connecting import come_back, connect, decided, leave
from tests.integrations.servers import Simulator, http
from tests.integrations.test_connecting import told
from tests.mfa.conftest import app_of
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
WITH = "/accounts/with/google/"
NOBODY = "00000000-0000-0000-0000-000000000000"
LINK = "/app/settings/sign-in-accounts/google/link/"


def go(
    browser: Client, providers: Simulator, start: str = WITH, **decision: Any
) -> Any:
    """Out to the provider and back; the page one ends at."""
    decision.setdefault("account", "alice@example.com")
    providers.order("decide", **decision)
    name = "microsoft" if "microsoft" in start else "google"
    address = str(browser.post(start).context["url"])
    return back(browser, address, name)


def back(browser: Client, address: str, name: str = "google") -> Any:
    target = http.get(address).headers["location"]
    query = dict(parse_qsl(urlsplit(target).query))
    return browser.get(f"/accounts/with/{name}/callback/", query, follow=True)


def who(browser: Client) -> str:
    row = LoginSession.objects.filter(pk=browser.session.get("sign_in", NOBODY)).first()
    return row.user.email if row else ""


def test_somebody_new_is_signed_up_and_in(providers: Simulator) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    user = User.objects.get(email="new@example.com")
    assert who(browser) == user.email
    assert not user.has_usable_password()
    assert user.is_setting_up
    assert EmailAddress.objects.get(user=user).verified
    row = SocialAccount.objects.get(user=user)
    assert row.provider == "google"
    assert row.extra_data == {"email": "new@example.com"}, "to tell it by"
    assert not SocialToken.objects.exists()
    assert not Connection.objects.exists()


def test_it_asks_who_they_are_and_for_nothing_else(providers: Simulator) -> None:
    page = Client().post(WITH)
    asked = dict(parse_qsl(urlsplit(page.context["url"]).query))
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert asked["code_challenge_method"] == "S256"
    assert "access_type" not in asked


def claimed(providers: Simulator, **claims: Any) -> Client:
    """Back from Google, which says that of somebody new."""
    browser = Client()
    providers.order("decide", account="new@example.com")
    address = str(browser.post(WITH).context["url"])
    answer = told(sub="77", email="new@example.com", **claims)
    providers.order("fault", path="/token", kind="answer", body=answer)
    back(browser, address)
    return browser


@pytest.mark.parametrize("proven", ["false", "true", 1, None, False])
def test_only_a_plain_yes_proves_an_address(
    proven: object, providers: Simulator
) -> None:
    browser = claimed(providers, email_verified=proven)
    assert who(browser) == ""
    assert not EmailAddress.objects.get(email="new@example.com").verified


@pytest.mark.parametrize("name", ["a\x00b", {"a": 1}, ["x"], "a\u202eb"])
def test_a_name_that_is_none_is_left_out(name: object, providers: Simulator) -> None:
    browser = claimed(providers, given_name=name)
    assert who(browser) == "new@example.com"
    assert User.objects.get().name == ""


def test_they_come_in_again_by_the_same_account(providers: Simulator) -> None:
    for _ in range(2):
        browser = Client()
        go(browser, providers, account="new@example.com")
        assert who(browser) == "new@example.com"
    assert User.objects.count() == 1


def test_an_account_with_that_address_is_never_linked_by_it(
    alice: User, providers: Simulator
) -> None:
    """Verified or not, here or there: an address is no proof of who somebody is."""
    browser = Client()
    go(browser, providers)
    assert who(browser) == ""
    assert not SocialAccount.objects.exists()
    assert [letter.to for letter in mail.outbox] == [["alice@example.com"]]


@pytest.mark.parametrize("start", [WITH, "/accounts/with/microsoft/"])
def test_the_letter_leads_to_where_one_signs_in(
    start: str, alice: User, providers: Simulator
) -> None:
    """And not back to where a code is waited for that is in no letter."""
    browser = Client()
    go(browser, providers, start)
    assert "/accounts/login/" in str(mail.outbox[0].body)
    assert b'name="password"' in browser.get("/accounts/login/").content
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert who(browser) == alice.email


def test_two_accounts_of_one_provider_are_told_apart(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    for account in ("one@example.com", "two@example.com"):
        page = go(browser, providers, LINK, account=account)
    said = page.content.decode()
    assert "one@example.com" in said and "two@example.com" in said


def test_whoever_claimed_an_address_first_gets_nothing_of_its_owner(
    providers: Simulator,
) -> None:
    squatter = UserFactory.create(email="victim@example.com")
    EmailAddress.objects.create(
        user=squatter, email=squatter.email, verified=False, primary=True
    )
    browser = Client()
    go(browser, providers, account="victim@example.com")
    assert who(browser) == ""
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.get().verified


def test_an_address_that_is_not_proven_there_is_proven_here_first(
    providers: Simulator,
) -> None:
    browser = Client()
    go(browser, providers, "/accounts/with/microsoft/", account="new@example.com")
    assert who(browser) == ""
    assert not EmailAddress.objects.get(email="new@example.com").verified
    assert "code" in mail.outbox[0].body.lower()


def test_it_is_linked_from_inside_and_its_owner_is_told(
    alice: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK, account="other@example.com")
    assert SocialAccount.objects.get().user == alice
    assert mail.outbox[-1].subject == "A way to sign in to Switchboard was added"
    browser = Client()
    go(browser, providers, account="other@example.com")
    assert who(browser) == "alice@example.com"


def test_one_that_is_somebody_elses_is_refused_and_stays_theirs(
    alice: User, bob: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK)
    page = go(signed_in(bob), providers, LINK)
    assert "signs in somebody else here" in page.content.decode()
    assert SocialAccount.objects.get().user == alice


def test_a_link_begun_by_one_person_links_nothing_to_another(
    alice: User, bob: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="attacker@example.com")
    address = str(browser.post(LINK).context["url"])
    states = browser.session["socialaccount_states"]
    signed_in(bob, browser)
    session = browser.session
    session["socialaccount_states"] = states
    session.save()
    back(browser, address)
    assert not SocialAccount.objects.exists()


def test_a_state_of_signing_in_is_none_of_connecting(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="alice@example.com")
    address = str(browser.post(LINK).context["url"])
    target = http.get(address).headers["location"]
    query = dict(parse_qsl(urlsplit(target).query))
    browser.get("/app/connections/google/callback/", query)
    assert not Connection.objects.exists()
    assert not SocialAccount.objects.exists()


def test_the_second_factor_is_asked_for_all_the_same(
    alice: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK)
    app_of(alice)
    browser = Client()
    page = go(browser, providers)
    assert who(browser) == ""
    assert page.request["PATH_INFO"] == "/accounts/2fa/authenticate/"


def test_who_is_suspended_does_not_get_in(alice: User, providers: Simulator) -> None:
    go(signed_in(alice), providers, LINK)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    browser = Client()
    go(browser, providers)
    assert who(browser) == ""


def test_whoever_stopped_everything_does_not_get_in_by_it(
    alice: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK)
    panic.begin(alice)
    browser = Client()
    go(browser, providers)
    assert who(browser) == ""
    alice.refresh_from_db()
    assert alice.frozen_at is not None


def test_saying_no_there_signs_nobody_in(providers: Simulator) -> None:
    browser = Client()
    page = go(browser, providers, allow=False)
    assert page.status_code == 200
    assert who(browser) == ""
    assert not User.objects.exists()


def test_without_a_password_they_prove_it_where_they_sign_in(
    providers: Simulator,
) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    long_ago = timezone.now() - timedelta(hours=1)
    LoginSession.objects.update(proved_at=long_ago)
    asked = browser.post("/app/phones/words/")
    assert asked["Location"].startswith("/accounts/with/prove/?next=")
    providers.order("decide", account="new@example.com")
    form = {"provider": "google", "next": "/app/phones/"}
    address = str(browser.post("/accounts/with/prove/", form).context["url"])
    page = back(browser, address)
    assert page.request["PATH_INFO"] == "/app/phones/"
    assert LoginSession.objects.get().proved_at > long_ago


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/app/connections/google/connect/", {"features": "calendar.read"}),
        ("/app/settings/sign-in-accounts/microsoft/link/", {}),
    ],
)
def test_what_was_interrupted_is_taken_up_again(
    page: str, form: dict[str, str], providers: Simulator
) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    long_ago = timezone.now() - timedelta(hours=1)
    LoginSession.objects.update(proved_at=long_ago)
    asked = browser.post(page, form)
    shown = browser.get(asked["Location"]).context["next"]
    assert shown == page
    providers.order("decide", account="new@example.com")
    chosen = {"provider": "google", "next": shown}
    address = str(browser.post("/accounts/with/prove/", chosen).context["url"])
    taken_up = back(browser, address)
    assert taken_up.status_code == 200
    assert taken_up.templates[0].name == "integrations/leaving.html"
    assert taken_up.context["url"].startswith(providers.url)


def test_another_account_there_proves_nothing(providers: Simulator) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    long_ago = timezone.now() - timedelta(hours=1)
    LoginSession.objects.update(proved_at=long_ago)
    providers.order("decide", account="other@example.com")
    form = {"provider": "google"}
    address = str(browser.post("/accounts/with/prove/", form).context["url"])
    back(browser, address)
    assert LoginSession.objects.get().proved_at == long_ago


def test_the_last_way_in_stays(providers: Simulator) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    row = SocialAccount.objects.get()
    remove = f"/app/settings/sign-in-accounts/{row.pk}/remove/"
    page = browser.post(remove, follow=True)
    assert "only way in" in page.content.decode()
    user = User.objects.get()
    user.set_password(PASSWORD)
    user.save()
    signed_in(user, browser)
    browser.post(remove)
    assert not SocialAccount.objects.exists()


def test_nobody_removes_the_way_in_of_another(
    alice: User, bob: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK)
    row = SocialAccount.objects.get()
    page = signed_in(bob).post(f"/app/settings/sign-in-accounts/{row.pk}/remove/")
    assert page.status_code == 404
    assert SocialAccount.objects.exists()


def test_the_pages_offer_what_is_set_up(providers: Simulator, settings: Any) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "Sign in with Google" in page
    assert "Sign in with Microsoft" in page
    assert "Notion" not in page
    settings.OAUTH_CLIENTS = {}
    assert "with Google" not in Client().get("/accounts/login/").content.decode()
    assert Client().post(WITH).status_code == 404


# --- whoever takes an account back -----------------------------------------------------

CHOSEN = "four-grey-herons-waiting"
MICROSOFT = "/accounts/with/microsoft/"


def reset(email: str) -> None:
    """By the letter."""
    Client().post("/accounts/password/reset/", {"email": email})
    body = str(mail.outbox[-1].body)
    found = re.search(r"https://switchboard\.example(/accounts/password/\S+)", body)
    assert found is not None
    browser = Client()
    page = browser.get(found[1])["Location"]
    browser.post(page, {"password1": CHOSEN, "password2": CHOSEN})


def with_password(email: str) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": email, "password": CHOSEN})
    return browser


def type_code(browser: Client) -> None:
    found = re.search(r"code is\s+(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    browser.post("/accounts/confirm-email/", {"code": found[1]})


def test_who_claimed_an_address_elsewhere_keeps_no_way_in(
    providers: Simulator,
) -> None:
    go(Client(), providers, MICROSOFT, account="new@example.com")
    reset("new@example.com")
    owner = with_password("new@example.com")
    type_code(owner)
    assert who(owner) == "new@example.com"
    thief = Client()
    go(thief, providers, MICROSOFT, account="new@example.com")
    assert who(thief) == ""
    assert not SocialAccount.objects.exists()


def test_a_claim_goes_when_the_address_is_proved_another_way(
    providers: Simulator,
) -> None:
    """Also one that a reset of before left."""
    go(Client(), providers, MICROSOFT, account="new@example.com")
    user = User.objects.get()
    user.set_password(CHOSEN)
    user.save()
    owner = with_password("new@example.com")
    type_code(owner)
    assert who(owner) == "new@example.com"
    assert not SocialAccount.objects.exists()


def test_who_proves_the_address_they_came_with_comes_in_again(
    providers: Simulator,
) -> None:
    browser = Client()
    go(browser, providers, MICROSOFT, account="new@example.com")
    type_code(browser)
    assert who(browser) == "new@example.com"
    again = Client()
    go(again, providers, MICROSOFT, account="new@example.com")
    assert who(again) == "new@example.com"


def test_another_address_takes_no_way_in_away(providers: Simulator) -> None:
    browser = Client()
    go(browser, providers, account="new@example.com")
    browser.post("/accounts/email/", {"action_add": "", "email": "more@example.com"})
    type_code(browser)
    assert EmailAddress.objects.filter(verified=True).count() == 2
    assert SocialAccount.objects.exists()


def test_a_reset_removes_what_was_linked_and_says_so(
    alice: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK, account="thief@example.com")
    assert "also accounts elsewhere" in str(mail.outbox[-1].body)
    reset(alice.email)
    assert "Google or Microsoft" in str(mail.outbox[-1].body)
    browser = Client()
    go(browser, providers, account="thief@example.com")
    assert who(browser) != alice.email


def test_a_link_on_its_way_does_not_outlive_a_reset(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    providers.order("decide", account="thief@example.com")
    address = str(browser.post(LINK).context["url"])
    reset(alice.email)
    back(browser, address)
    assert not SocialAccount.objects.exists()


def test_an_address_that_is_put_back_takes_along_what_came_since(
    alice: User, providers: Simulator
) -> None:
    kept = connect(alice, providers)
    thief = signed_in(alice)
    key = key_of(alice)
    go(thief, providers, LINK, account="thief@example.com")
    added = connect(alice, providers, browser=thief, account="thief@example.com")
    providers.order("decide", account="late@example.com")
    late = decided(leave(thief, "google", ["calendar.read"]))
    email_changes.undo(key)
    come_back(thief, "google", late)
    browser = Client()
    go(browser, providers, account="thief@example.com")
    assert who(browser) != alice.email
    assert list(Connection.objects.owned_by(alice)) == [kept]
    added.refresh_from_db()
    assert not hasattr(added, "token")


def test_a_handshake_ends_with_the_sign_in_it_was_begun_in(
    alice: User, providers: Simulator
) -> None:
    """An app's cookie knows of no sign-in that is over by now."""
    row = sessions.begin(user=alice, client="app", proved=["password"], twice=True)
    token = {"authorization": f"Bearer {tokens.issue(row).access}"}
    app = Client()
    asked = {"provider": "google", "features": ["calendar.read"]}
    providers.order("decide", account="thief@example.com")
    answer = app.post(
        "/api/v1/connections", asked, content_type="application/json", headers=token
    )
    late = decided(answer.json()["authorize_url"])
    reset(alice.email)
    come_back(app, "google", late)
    assert not Connection.objects.exists()


def test_what_was_linked_and_removed_is_told_in_words(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    go(browser, providers, LINK)
    row = SocialAccount.objects.get()
    browser.post(f"/app/settings/sign-in-accounts/{row.pk}/remove/")
    page = browser.get("/app/activity/").content.decode()
    assert "<p>Linked an account to sign in with</p>" in page
    assert "<p>Removed an account to sign in with</p>" in page
    assert "link_sign_in" not in page


def test_the_address_it_is_told_by_is_in_what_one_takes_away(
    alice: User, providers: Simulator
) -> None:
    go(signed_in(alice), providers, LINK, account="other@example.com")
    (kept,) = [each for each in dossier.every() if each.model is SocialAccount]
    (row,) = kept.rows(alice)
    assert row["address"] == "other@example.com"


REDIRECT = "/api/auth/browser/v1/auth/provider/redirect"
LINKED = "/api/auth/browser/v1/account/providers"


def led(
    browser: Client, providers: Simulator, process: str, **decision: Any
) -> tuple[Any, Any]:
    """What the API answers, and where one is led to in the end."""
    providers.order("decide", **{"account": "alice@example.com", **decision})
    given = {"provider": "google", "process": process, "back": "/app/notes/?q=milk"}
    answer = browser.post(REDIRECT, given, content_type="application/json")
    if answer.status_code != 200:
        return answer, None
    target = http.get(answer.json()["data"]["authorize_url"]).headers["location"]
    query = dict(parse_qsl(urlsplit(target).query))
    return answer, browser.get(f"{WITH}callback/", query)


def test_a_page_of_its_own_signs_them_in(providers: Simulator) -> None:
    browser = Client()
    _, end = led(browser, providers, "login", account="new@example.com")
    assert who(browser) == "new@example.com"
    assert end["Location"] == "/app/notes/?q=milk"
    answer, _ = led(browser, providers, "login")
    assert answer.status_code == 409, "they are in"


def test_a_page_of_its_own_links_lists_and_unlinks(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    _, end = led(browser, providers, "connect")
    assert end["Location"] == "/app/notes/?q=milk"
    (row,) = browser.get(LINKED).json()["data"]
    assert row["provider"]["id"] == "google" and row["display"] == alice.email
    named = {"provider": "google", "account": row["uid"]}
    for status in (200, 404):
        answer = browser.delete(LINKED, named, content_type="application/json")
        assert answer.status_code == status
    assert not SocialAccount.objects.exists()


def test_what_is_refused_there_is_told_to_the_page_that_began_it(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    _, end = led(browser, providers, "connect", allow=False)
    assert end["Location"] == "/app/notes/?q=milk&error=denied"
    assert not SocialAccount.objects.exists()


def test_linking_and_unlinking_wants_a_fresh_proof(
    alice: User, providers: Simulator
) -> None:
    browser = signed_in(alice)
    led(browser, providers, "connect")
    (row,) = browser.get(LINKED).json()["data"]
    LoginSession.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    answer, _ = led(browser, providers, "connect")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    named = {"provider": "google", "account": row["uid"]}
    answer = browser.delete(LINKED, named, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "step_up")
    assert SocialAccount.objects.count() == 1
    _, end = led(browser, providers, "reauthenticate")
    assert end["Location"] == "/app/notes/?q=milk"
    answer = browser.delete(LINKED, named, content_type="application/json")
    assert answer.status_code == 200, "that was the proof"


def test_the_only_way_in_stays(providers: Simulator) -> None:
    browser = Client()
    led(browser, providers, "login", account="new@example.com")
    (row,) = browser.get(LINKED).json()["data"]
    named = {"provider": "google", "account": row["uid"]}
    answer = browser.delete(LINKED, named, content_type="application/json")
    assert answer.status_code == 409
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"process": "login", "provider": "notion"}, 404),
        ({"process": "login", "provider": "nobody"}, 404),
        ({"process": "take", "provider": "google"}, 400),
        ({"process": "login", "provider": "google", "back": "//evil.example"}, 400),
        ({"process": "connect", "provider": "google"}, 401),
        ({"process": "reauthenticate", "provider": "google"}, 401),
        ({"process": ["login"], "provider": "google"}, 400),
    ],
)
def test_what_cannot_be_begun_is_told(
    given: dict[str, Any], status: int, providers: Simulator
) -> None:
    answer = Client().post(REDIRECT, given, content_type="application/json")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_a_page_is_told_which_there_are(providers: Simulator) -> None:
    place = "/api/auth/{}/v1/config"
    found = Client().get(place.format("browser")).json()["data"]["socialaccount"]
    assert [each["id"] for each in found["providers"]] == ["google", "microsoft"]
    # An app leads nobody anywhere.
    found = Client().get(place.format("app")).json()["data"]["socialaccount"]
    assert found["providers"] == []


def test_another_site_cannot_begin_it(providers: Simulator) -> None:
    browser = Client(enforce_csrf_checks=True)
    given = {"provider": "google", "process": "login"}
    answer = browser.post(REDIRECT, given, content_type="application/json")
    assert answer.status_code == 403

"""What was typed before the session ended is there again after signing in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.accounts import cookies, sessions
from apps.accounts.models import LoginSession, User
from apps.assistant.models import Note, Reminder
from apps.portal import demo, filling
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PROFILE, NOTES = "/app/settings/profile/", "/app/notes/"
LOGIN = "/accounts/login/"
ALICE, BOB = "alice@example.com", "bob@example.com"
AGAIN = "What you had typed is in the form again"


@pytest.fixture
def away() -> Client:
    """Alice's, whose session has ended."""
    demo.people()
    client = client_of(ALICE)
    client.get(PROFILE)
    ended()
    return client


def client_of(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def ended() -> None:
    """Every sign-in that there is."""
    sessions.end(LoginSession.objects.all(), sessions.Ending.ENDED)


def kept(client: Client, path: str, form: dict[str, str], page: str = "") -> str:
    """Where somebody is asked to sign in who sends it."""
    came = f"http://testserver{page or path}"
    answer = client.post(path, form, headers={"referer": came})
    assert answer.status_code == 302
    return str(answer["Location"])


def signed_in(client: Client, where: str, email: str, token: str = "") -> str:
    """Where they are led after it."""
    form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    return str(client.post(where, form)["Location"])


def sent(client: Client, path: str, form: dict[str, str], page: str = "") -> str:
    """Where Alice is led who sends it, by way of signing in."""
    return signed_in(client, kept(client, path, form, page), ALICE)


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_form_is_there_as_typed_and_nothing_is_saved(away: Client) -> None:
    form = {"name": 'Alix "<b>" & co', "timezone": "Asia/Tokyo"}
    assert sent(away, PROFILE, form) == PROFILE
    page = seen(away, PROFILE)
    assert AGAIN in page
    assert 'value="Alix &quot;&lt;b&gt;&quot; &amp; co"' in page
    assert page.count(" selected") == 1
    assert '<option value="Asia/Tokyo" selected>' in page
    alice = User.objects.get(email=ALICE)
    assert (alice.name, alice.timezone) == ("Alice Archer", "America/New_York")
    page = seen(away, PROFILE)
    assert AGAIN not in page and "Alix" not in page


def test_a_form_that_is_sent_elsewhere_stands_on_its_page(away: Client) -> None:
    words = {"words": "call Ana every friday at 9 am"}
    led = sent(away, "/app/reminders/add/", words, "/app/reminders/")
    assert led == "/app/reminders/"
    page = seen(away, led)
    assert AGAIN in page and 'value="call Ana every friday at 9 am"' in page
    assert not Reminder.objects.exists()


def test_long_words_of_several_lines_come_back_whole(away: Client) -> None:
    words = "\nfirst line\n\n<script>alert(1)</script>\nlast"
    page = seen(away, sent(away, "/app/notes/add/", {"text": words}, NOTES))
    assert AGAIN in page and "<script>alert" not in page
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S)
    assert found is not None
    # As a browser sends it.
    assert found[1].replace("&lt;", "<").replace("&gt;", ">") == words
    assert not Note.objects.exists()


def test_what_was_ticked_is_ticked_and_nothing_else(away: Client) -> None:
    path = "/app/settings/notifications/"
    before = seen(client_of(ALICE), path)
    assert " checked" in before
    page = seen(away, sent(away, path, {"quiet_from": "22:00"}))
    assert AGAIN in page and 'value="22:00"' in page
    place = filling.form(page, path=path, action=path, names={"quiet_from"})
    assert place is not None
    assert " checked" not in page[place.start : place.end]


def test_where_the_form_is_gone_the_words_are_there(away: Client) -> None:
    page = seen(away, sent(away, "/app/memory/add/", {"unheard": "of"}, "/app/"))
    assert "its form is not here any more" in page and ">of</p>" in page


def test_secrets_are_not_kept_nor_what_nobody_typed(away: Client) -> None:
    form = {"password": PASSWORD, "code": "123456", "csrfmiddlewaretoken": "x"}
    sent(away, "/app/settings/close/", form)
    assert "typed" not in away.session


def test_it_is_kept_for_an_hour(away: Client) -> None:
    led = sent(away, PROFILE, {"name": "Alix", "timezone": "UTC"})
    assert "typed" in away.session
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        page = seen(away, led)
    assert AGAIN not in page and "Alix" not in page


def test_nobody_else_who_signs_in_there_sees_it(away: Client) -> None:
    where = kept(away, PROFILE, {"name": "Alix", "timezone": "UTC"})
    assert "typed" in away.session
    page = seen(away, signed_in(away, where, BOB))
    assert AGAIN not in page and "Alix" not in page and "Bob Brandt" in page
    # Nor does it wait for her any more.
    assert "typed" not in away.session
    ended()
    away.get(PROFILE)
    page = seen(away, signed_in(away, where, ALICE))
    assert AGAIN not in page and "Alix" not in page


def test_the_form_of_somebody_before_is_not_taken_for_theirs(db: None) -> None:
    """Bob's page is still open in a tab when Alice's session ends there."""
    demo.people()
    client = Client(enforce_csrf_checks=True)
    signed_in(client, LOGIN, BOB, token_on(client, LOGIN))
    bobs = token_on(client, PROFILE)
    client.post("/accounts/logout/", {"csrfmiddlewaretoken": bobs})
    signed_in(client, LOGIN, ALICE, token_on(client, LOGIN))
    hers = token_on(client, PROFILE)
    ended()
    form = {"name": "Robert", "timezone": "UTC"}
    answer = client.post(PROFILE, {**form, "csrfmiddlewaretoken": bobs})
    assert answer.status_code == 403 and "typed" not in client.session
    # Alone for that.
    kept(client, PROFILE, {**form, "csrfmiddlewaretoken": hers})
    assert "typed" in client.session


def token_on(client: Client, path: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', seen(client, path))
    assert found is not None
    return found[1]


def test_it_is_kept_also_when_the_page_had_asked_for_news_meanwhile(
    away: Client,
) -> None:
    away.get("/app/?v=1", headers={"hx-request": "true"})
    page = seen(away, sent(away, PROFILE, {"name": "Alix", "timezone": "UTC"}))
    assert AGAIN in page and 'value="Alix"' in page
    assert cookies.was_of(away.session) is None


def test_what_nobody_is_known_to_have_typed_is_not_kept(db: None) -> None:
    client = Client()
    kept(client, PROFILE, {"name": "Alix", "timezone": "UTC"})
    assert "typed" not in client.session


def test_a_browser_knows_who_it_was_for_longer_than_a_sign_in_lasts(
    away: Client,
) -> None:
    assert settings.SESSION_COOKIE_AGE > sessions.LIFETIME.total_seconds() + 3_600
    client = client_of(ALICE)
    late = timezone.now() + sessions.LIFETIME + timedelta(minutes=1)
    with time_machine.travel(late, tick=False):
        page = seen(client, sent(client, PROFILE, {"name": "Al", "timezone": "UTC"}))
    assert AGAIN in page and 'value="Al"' in page


def test_another_site_does_not_say_where_to_go(away: Client) -> None:
    answer = away.post(
        PROFILE, {"name": "A"}, headers={"referer": "http://evil.example/app/x/"}
    )
    assert answer["Location"] == f"/accounts/login/?next={PROFILE}"


def test_every_other_character_of_a_page_stays(away: Client) -> None:
    page = seen(client_of(ALICE), PROFILE)
    place = filling.form(page, path=PROFILE, action=PROFILE, names={"name"})
    assert place is not None
    filled = filling.filled(page, place, {"name": ["Alix"]})
    assert filled.startswith(page[: place.start])
    assert filled.endswith(page[place.end :])
    assert page.count('value="Alice Archer"') == 1
    assert filled.count('value="Alix"') == 1 and "Alice Archer" not in filled

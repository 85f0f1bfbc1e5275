"""What was typed before the session ended is there again after signing in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from apps.accounts.models import LoginSession, User
from apps.assistant.models import Note, Reminder
from apps.portal import demo, filling
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
PROFILE, NOTES = "/app/settings/profile/", "/app/notes/"
AGAIN = "What you had typed is in the form again"


@pytest.fixture
def away() -> Client:
    """Alice's, whose session has ended."""
    demo.people()
    client = Client()
    client.force_login(User.objects.get(email="alice@example.com"))
    client.get(PROFILE)
    LoginSession.objects.all().delete()
    return client


def sent(client: Client, path: str, form: dict[str, str], page: str = "") -> str:
    """Where somebody is led who sends it, by way of signing in."""
    came = f"http://testserver{page or path}"
    answer = client.post(path, form, headers={"referer": came})
    assert answer.status_code == 302
    who = {"login": "alice@example.com", "password": PASSWORD}
    return str(client.post(answer["Location"], who)["Location"])


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
    alice = User.objects.get(email="alice@example.com")
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
    before = seen(client_of_alice(), path)
    assert " checked" in before
    page = seen(away, sent(away, path, {"quiet_from": "22:00"}))
    assert AGAIN in page and 'value="22:00"' in page
    place = filling.form(page, path=path, action=path, names={"quiet_from"})
    assert place is not None
    assert " checked" not in page[place.start : place.end]


def client_of_alice() -> Client:
    client = Client()
    client.force_login(User.objects.get(email="alice@example.com"))
    return client


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


def test_another_site_does_not_say_where_to_go(away: Client) -> None:
    answer = away.post(
        PROFILE, {"name": "A"}, headers={"referer": "http://evil.example/app/x/"}
    )
    assert answer["Location"] == f"/accounts/login/?next={PROFILE}"


def test_every_other_character_of_a_page_stays(away: Client) -> None:
    page = seen(client_of_alice(), PROFILE)
    place = filling.form(page, path=PROFILE, action=PROFILE, names={"name"})
    assert place is not None
    filled = filling.filled(page, place, {"name": ["Alix"]})
    assert filled.startswith(page[: place.start])
    assert filled.endswith(page[place.end :])
    assert page.count('value="Alice Archer"') == 1
    assert filled.count('value="Alix"') == 1 and "Alice Archer" not in filled

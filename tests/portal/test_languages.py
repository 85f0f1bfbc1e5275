"""Pages, letters and texts in the language of who reads them."""

from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from apps.accounts import letters
from apps.accounts.models import User
from apps.core import languages
from apps.sms import texted_codes
from config import messages
from tests import post

SPANISH = {"Accept-Language": "es-AR,es;q=0.9,en;q=0.8"}


def test_a_stranger_reads_what_their_browser_asks_for(db: None) -> None:
    page = Client().get("/", headers=SPANISH)
    assert '<html lang="es-ar">' in page.content.decode()
    assert "Crear una cuenta" in page.content.decode()
    assert "Accept-Language" in page["Vary"]
    english = Client().get("/")
    assert '<html lang="en">' in english.content.decode()
    assert "Accept-Language" in english["Vary"]


@pytest.fixture
def reader(alice: User) -> User:
    """With an address that we write to."""
    EmailAddress.objects.create(
        user=alice, email=alice.email, primary=True, verified=True
    )
    return alice


@pytest.mark.parametrize("asked", ["fr", "fr-CA,de;q=0.8", "*", "", "e" * 600, "é"])
def test_a_language_that_is_not_offered_is_english(db: None, asked: str) -> None:
    page = Client().get("/", headers={"Accept-Language": asked})
    assert '<html lang="en">' in page.content.decode()


def test_the_first_of_several_that_is_offered_is_taken(db: None) -> None:
    page = Client().get("/", headers={"Accept-Language": "fr,es;q=0.5,en;q=0.4"})
    assert '<html lang="es">' in page.content.decode()


def test_words_that_mean_two_things_are_said_as_what_they_mean(
    as_alice: Client, alice: User
) -> None:
    alice.locale = "es"
    alice.is_setting_up = False
    alice.save()
    profile = as_alice.get("/app/settings/profile/").content.decode()
    assert ">Nombre" in profile and "Poner nombre" not in profile
    told = as_alice.get("/app/settings/notifications/").content.decode()
    assert "Mensaje" in told and "Enviar mensaje" not in told
    tokens = as_alice.get("/app/settings/tokens/").content.decode()
    assert "Cambiarlos" not in tokens and "Cambiar listas" in tokens
    steps = as_alice.get("/app/").content.decode()
    assert "Poner un recordatorio" in steps and "Recordatorio puesto" not in steps
    assert "Agregar uno" in as_alice.get("/app/settings/webhooks/").content.decode()


def test_short_months_are_written_as_the_language_does(alice: User) -> None:
    day = date(2026, 11, 28)
    for locale, said in {"es": "sáb 28 nov", "en": "Sat 28 Nov"}.items():
        with languages.speaking(locale):
            assert languages.date(day, "D j M") == said


def test_what_is_saved_is_said_in_the_language_that_was_chosen(
    as_alice: Client, alice: User
) -> None:
    form = {"clock_hours": "12", "first_weekday": "0", "locale": "es"}
    page = as_alice.post("/app/settings/preferences/", form, follow=True)
    assert "Guardado." in page.content.decode()


def test_whoever_is_signed_in_has_said_it(as_alice: Client, alice: User) -> None:
    alice.locale = "es"
    alice.save()
    page = as_alice.get(reverse("portal:overview"), headers={"Accept-Language": "en"})
    assert '<html lang="es">' in page.content.decode()
    assert "Próximos recordatorios" in page.content.decode()
    alice.locale = "en"
    alice.save()
    page = as_alice.get(reverse("portal:overview"), headers=SPANISH)
    assert "Next reminders" in page.content.decode()


def test_another_region_reads_the_same_words(as_alice: Client, alice: User) -> None:
    alice.locale = "es-mx"
    alice.save()
    page = as_alice.get(reverse("portal:overview")).content.decode()
    assert '<html lang="es-mx">' in page and "Próximos recordatorios" in page


def test_errors_are_said_in_it_too(as_alice: Client, alice: User) -> None:
    alice.locale = "es"
    alice.save()
    page = as_alice.get("/app/nowhere/")
    assert page.status_code == 404
    assert "No hay ninguna página en esta dirección." in page.content.decode()
    page = as_alice.post(reverse("portal:phone_add"), {"number": "+1 202 555 01"})
    assert "Ese no es un número de teléfono" in page.content.decode()
    page = Client().get("/nowhere/", headers=SPANISH)
    assert "No hay ninguna página en esta dirección." in page.content.decode()


def test_programs_are_answered_in_english(as_alice: Client, alice: User) -> None:
    alice.locale = "es"
    alice.save()
    answer = as_alice.get("/api/v1/lists/00000000-0000-4000-8000-000000000000/x")
    assert answer.json()["detail"] == "There is no page at this address."
    assert answer.json()["title"] == "Not Found"
    answer = as_alice.get("/api/v1/tokens/1", headers=SPANISH)
    assert answer.json()["title"] == "Not Found"
    assert "Accept-Language" not in answer.get("Vary", "")


def test_one_request_leaves_no_language_behind(as_alice: Client, alice: User) -> None:
    alice.locale = "es"
    alice.save()
    as_alice.get(reverse("portal:overview"))
    assert languages.spoken() == languages.ENGLISH


def test_whoever_signs_up_on_a_spanish_page_goes_on_in_spanish(db: None) -> None:
    form = {"email": "eva@example.com", "password1": "siete caballos en la niebla"}
    Client().post(reverse("account_signup"), form, headers=SPANISH)
    eva = User.objects.get(email="eva@example.com")
    assert eva.locale == "es"
    post.send()
    (letter,) = mail.outbox
    assert letter.subject == "Tu código de Switchboard"


def test_a_letter_is_in_the_language_of_its_reader(reader: User) -> None:
    reader.locale = "es"
    reader.save()
    # Somebody else causes it, in another language.
    with languages.speaking("en"):
        letters.tell(reader, "account_restored")
    post.send()
    (letter,) = mail.outbox
    assert letter.subject == "Tu cuenta de Switchboard se restauró"
    assert "Cuándo: " in letter.body and " de 20" in letter.body
    assert '<html lang="es">' in _html(letter)


def test_who_reads_english_gets_english_whoever_causes_it(reader: User) -> None:
    with languages.speaking("es"):
        letters.tell(reader, "account_restored")
    post.send()
    (letter,) = mail.outbox
    assert letter.subject == "Your Switchboard account was restored"
    assert "When: " in letter.body
    assert '<html lang="en">' in _html(letter)


def test_a_letter_to_operators_is_english_on_an_english_sheet(alice: User) -> None:
    with languages.speaking("es"):
        letter = letters.written("week", to="ada@example.com", about={})
    assert letter.subject == "The week on Switchboard"
    assert '<html lang="en">' in _html(letter)


@pytest.mark.parametrize("purpose", ["login", "stepup", "link", "setup"])
def test_a_code_is_texted_in_one_segment_in_each_language(purpose: str) -> None:
    for language, words in (("en", "is your"), ("es", "es tu código")):
        with languages.speaking(language):
            text = texted_codes.words("123456", purpose)
        assert words in text and text.endswith("#123456")


def _html(letter: Any) -> str:
    (sheet,) = letter.alternatives
    return str(sheet.content)


def test_a_country_says_what_its_language_says() -> None:
    """Django has words of its own for five of them, which would come first."""
    catalogue, _ = messages.read("es")
    said = [
        each.id for each in catalogue if isinstance(each.id, str) and not each.context
    ]
    countries = [code for code, _ in settings.LANGUAGES if code.startswith("es-")]
    assert len(countries) > 3 and len(said) > 2_000
    with translation.override("es"):
        expected = [translation.gettext(each) for each in said if each]
    for country in countries:
        with translation.override(country):
            found = [translation.gettext(each) for each in said if each]
        assert found == expected, country


def test_what_is_said_once_on_the_next_page_is_translated() -> None:
    """Templates of libraries that pages never include."""
    checked = 0
    for path in sorted((messages.ROOT / "templates").glob("*/messages/*.txt")):
        name = f"{path.parts[-3]}/messages/{path.name}"
        told = {}
        for language in ("en", "es"):
            with translation.override(language):
                told[language] = render_to_string(name, {"email": "a@example.com"})
        if told["en"].strip():
            checked += 1
            assert told["en"] != told["es"], name
    assert checked >= 5

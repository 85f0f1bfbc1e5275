"""Each person in their language; what it has no words for is read in the others."""

from datetime import time

import pytest
import time_machine
from django.utils import timezone

from apps.accounts import profile
from apps.assistant import briefs, drafts, features, moments, phrases, reminders
from apps.assistant.brain import briefing
from apps.assistant.brain.claims import is_claim
from apps.assistant.models import Brief, Note
from apps.assistant.toolbox import Ask
from apps.sms.models import OutboundText
from tests.assistant.conftest import Phone
from tests.factories import PhoneNumberFactory


@pytest.fixture
def ana(alice: Phone) -> Phone:
    profile.change(user=alice.user, locale="es-mx")
    return alice


def test_changed_by_text_and_taken_back(alice: Phone) -> None:
    assert alice.text("habla español") == "Desde ahora hablamos en español."
    assert alice.user.locale == "es"
    assert alice.text("hola").startswith("Hola.")
    assert alice.text("deshacer") == "Undone: the language as before."
    assert alice.user.locale == "en"


@pytest.mark.parametrize(
    "said",
    ["language es", "language Spanish", "idioma español", "Idioma: Castellano"],
)
def test_it_has_several_names(alice: Phone, said: str) -> None:
    assert alice.text(said) == "Desde ahora hablamos en español."


def test_back_to_english(ana: Phone) -> None:
    assert ana.text("language english") == "We speak English from now on."
    assert ana.text("idioma español") == "Desde ahora hablamos en español."


def test_a_variety_of_it_is_kept(ana: Phone) -> None:
    assert ana.text("idioma español") == "Desde ahora hablamos en español."
    assert ana.user.locale == "es-mx"


def test_one_that_is_not_spoken(alice: Phone) -> None:
    said = alice.text("language Klingon")
    assert said == "I do not speak that. I speak English, español."


@pytest.mark.parametrize(
    ("locale", "said", "begins"),
    [
        ("es", "help", "Prueba: "),
        ("es", "undo", "No hay nada que deshacer."),
        ("es", "ayuda", "Prueba: "),
        ("es", "reminders", "You have no reminders."),
        ("en", "help", "Try: "),
        ("en", "ayuda", "Prueba: "),
        ("en", "deshacer", "No hay nada que deshacer."),
    ],
)
def test_words_that_everybody_knows(
    alice: Phone, locale: str, said: str, begins: str
) -> None:
    profile.change(user=alice.user, locale=locale)
    assert alice.text(said).startswith(begins)


def test_who_texts_in_the_other_language_is_answered_in_it(alice: Phone) -> None:
    said = alice.text("recuérdame llamar a mamá mañana a las 9")
    assert said == "Recordatorio: llamar a mama, mar 24 nov 9:00 am. DESHACER lo quita."
    assert alice.text("reminders").splitlines() == [
        "Your reminders:",
        "1) llamar a mama, Tue 24 Nov, 9:00 AM",
    ]


def test_a_question_is_answered_in_the_language_it_was_asked_in(alice: Phone) -> None:
    assert alice.text("recuérdame llamar a mamá").startswith("¿Cuando te lo recuerdo")
    assert alice.text("a las 7").startswith("¿Qué hora quieres decir?")
    said = alice.text("2")
    assert said == "Recordatorio: llamar a mama, mar 24 nov 7:00 am. DESHACER lo quita."


def test_free_words_answer_in_it_too(alice: Phone) -> None:
    assert alice.text("anota") == "¿Qué anoto?"
    assert alice.text("cortinas azules") == "Anotado: cortinas azules."
    assert Note.objects.get(user=alice.user).text == "cortinas azules"


def test_what_nobody_understands_is_asked_about_in_their_own(ana: Phone) -> None:
    assert ana.text("xyz qwerty").startswith("No sé bien qué quieres decir.")


def test_a_reminder_and_the_brief_come_in_it(
    ana: Phone, clock: time_machine.Traveller
) -> None:
    PhoneNumberFactory.create(user=ana.user, e164="+12025550101")
    ana.text("recuérdame estirar en 20 minutos")
    clock.shift(20 * 60)
    reminders.fire_due(timezone.now())
    text = OutboundText.objects.filter(user=ana.user).latest("pk").body
    assert text == "Recordatorio: estirar. Responde HECHO o POSPONER."
    briefs.keep(user=ana.user, at=time(10), now=timezone.now())
    row = Brief.objects.get(user=ana.user)
    assert row.next_at is not None
    briefs.write(row.pk, row.next_at.isoformat())
    text = OutboundText.objects.filter(user=ana.user).latest("pk").body
    assert text == "lun 23 nov: no hay nada para hoy y nada espera."


def test_a_model_is_told_it(ana: Phone) -> None:
    scene = ana.scene()
    with phrases.spoken_in(phrases.of(ana.user)):
        assert "Answer in Spanish" in briefing.of(scene)


def test_features_have_a_name_in_it(ana: Phone) -> None:
    assert ana.text("desactiva el correo").startswith("Correo: desactivado.")
    assert not features.is_on(ana.user, "mail")


@pytest.mark.parametrize(
    "said",
    [
        "Listo, lo agendé para mañana.",
        "He enviado el correo a Ana.",
        "Tu recordatorio está puesto.",
        "Enviado.",
        "Te recordaré mañana a las 9.",
        "Voy a avisar a Ana.",
        "Ya está en tu calendario.",
        "Estoy enviando el mensaje.",
        "Ya quedó guardado.",
        "Reservé una mesa para dos.",
        "Dalo por hecho.",
        "El correo fue enviado.",
        "No te preocupes, ya lo mandé.",
    ],
)
def test_a_claim_in_it_is_one(said: str) -> None:
    with phrases.spoken_in("es"):
        assert is_claim(said)


@pytest.mark.parametrize(
    "said",
    [
        "¿Quieres que lo ponga para mañana?",
        "No he enviado nada.",
        "Madrid es la capital de España.",
        "Si quieres, dime la hora.",
        "Hace buen tiempo en Lima.",
    ],
)
def test_what_claims_nothing(said: str) -> None:
    with phrases.spoken_in("es"):
        assert not is_claim(said)


def test_the_website_reads_reminders_in_both(ana: Phone) -> None:
    with phrases.spoken_in("es"):
        spanish = drafts.read(ana.user, "llamar a Ana mañana a las 9")
        english = drafts.read(ana.user, "call Ana tomorrow at 9")
        nothing = drafts.read(ana.user, "call Ana")
    assert (spanish.text, spanish.told) == ("llamar a Ana", "mar 24 nov 9:00 am")
    assert (english.text, english.told) == ("call Ana", "Tue 24 Nov, 9:00 AM")
    assert english.due_at == spanish.due_at
    assert nothing.question.startswith("¿Cuándo")


def test_a_tool_is_handed_a_time_in_other_words(ana: Phone) -> None:
    scene = ana.scene()
    with phrases.spoken_in("es"):
        english = moments.find(scene, {"when": "tomorrow at 9"})
        assert english == moments.find(scene, {"when": "mañana a las 9"})
        with pytest.raises(Ask):
            moments.find(scene, {"when": "qwerty"})


@pytest.mark.parametrize(
    "said", ["ya right", "para nada de nada", "no me digas que si"]
)
def test_no_other_language_is_guessed_from_little(alice: Phone, said: str) -> None:
    assert alice.text(said).startswith("I'm not sure what you mean.")

"""What pages suggest to text is understood, in each language."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext

from apps.assistant import phrasings
from apps.core import languages

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# As they stand on pages, in their sentence.
SAID = {
    "remind me to call Ana tomorrow at 9": "reminders.create",
    "“remind me to call Ana tomorrow at 9”": "reminders.create",
    "Write above what and when, or text “remind me to call Ana tomorrow at 9”.": (
        "reminders.create"
    ),
    "Say something above, or text “remember my shoe size is 42”.": "memory.remember",
    "Make one below, or text “buy milk and eggs”.": "lists.add",
    "Write one above, or text “note the gate sticks”.": "notes.add",
    "Yours, also with nothing connected. Text “what's on friday”.": "calendar.agenda",
    "Add something above, or text “add lunch with Ana friday 12:30”.": "calendar.add",
}


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("sentence", SAID)
def test_a_suggestion_is_understood(db: None, language: str, sentence: str) -> None:
    with languages.speaking(language):
        page = gettext(sentence)
    words = page.partition("“")[2].partition("”")[0] or page
    trial = phrasings.tried(words, language=language, zone="UTC", now=NOW)
    assert trial.tool == SAID[sentence], words

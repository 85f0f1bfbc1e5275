"""Words that belong to the carrier: it answers them, we keep quiet and comply.

Twilio's default lists for long codes. Only a text that is nothing but the word counts:
"stop the timer please" is for the assistant.
"""

import re

from apps.sms.models import Keyword

STOP_WORDS = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
# "Yes" brings back a number that has opted out; otherwise it answers a question. The
# database decides, see sms_receive().
MAYBE_START = "yes"
_ALL = STOP_WORDS | START_WORDS | HELP_WORDS | {MAYBE_START}
# "Reply CANCEL", "text the word 'stop'", "send: END". In capitals alone a word counts
# anywhere in its clause: "reply with 1, 2 or STOP".
_ADVICE = re.compile(
    r"\b(?P<verb>reply|text|send|answer|respond|type|write|say)(?:ing)?\b"
    r"(?:\s+(?:back|with|us|me|just|only|either|by|the|a|single|word))*[\s:]*"
    r"(?P<next>[\"'(*]*)(?P<words>[^.!?\n]*)",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"(?<![A-Z] )\b[A-Z]{3,}\b(?! [A-Z]{2})")
_FIRST = re.compile(r"\w+")
_WEIGHTY = _ALL - {MAYBE_START}


def classify(body: str, opt_out_type: str = "") -> str:
    """A `Keyword` value, or `MAYBE_START`. Twilio's own verdict wins over the text."""
    verdict = opt_out_type.strip().lower()
    if verdict in (Keyword.STOP, Keyword.START, Keyword.HELP):
        return verdict
    word = body.strip().lower()
    if word in STOP_WORDS:
        return Keyword.STOP
    if word in START_WORDS:
        return Keyword.START
    if word in HELP_WORDS:
        return Keyword.HELP
    return MAYBE_START if word == MAYBE_START else Keyword.NONE


def is_command(body: str) -> bool:
    """Whether a carrier, or whoever texts back by machine, could obey the whole text.

    Wider than `classify`: some forgive a full stop, quotes, or the gap in "opt out".
    """
    return re.sub(r"[\W_]+", "", body).lower() in _ALL


def advised(text: str) -> list[str]:
    """The carrier's words, small, that a text tells its reader to send.

    Who follows it unsubscribes, or is answered by the carrier and not by us: only a
    text about exactly that may say so.
    """
    found: list[str] = []
    for advice in _ADVICE.finditer(text):
        words = advice["words"]
        named = _CAPITALS.findall(words)
        # A small word counts where nothing follows it: "text stop", not "send help to".
        if first := _FIRST.match(words):
            after = words[first.end() :].lstrip("\"')* ,;")
            is_purpose = after.startswith("to ") and advice["verb"].lower() != "send"
            if advice["next"] or not after or is_purpose:
                named.append(first[0])
        found += [word.lower() for word in named if word.lower() in _WEIGHTY]
    return list(dict.fromkeys(found))

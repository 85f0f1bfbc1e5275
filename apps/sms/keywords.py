"""Words that belong to the carrier: it answers them, we keep quiet and comply.

Twilio's default lists for long codes. Only a text that is nothing but the word counts:
"stop the timer please" is for the assistant.
"""

from apps.sms.models import Keyword

STOP_WORDS = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
START_WORDS = frozenset({"start", "unstop"})
HELP_WORDS = frozenset({"help", "info"})
# "Yes" brings back a number that has opted out; otherwise it answers a question. The
# database decides, see sms_receive().
MAYBE_START = "yes"


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

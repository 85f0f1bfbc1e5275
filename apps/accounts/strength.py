"""How many guesses a password withstands, as zxcvbn estimates it.

Its word lists (common passwords, English, names, films) are part of the estimate.
Called by parts: `zxcvbn.zxcvbn` keeps the words about one person where the next
person's estimate finds them, and takes seconds for some passwords.
"""

from collections.abc import Collection
from math import prod
from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop
from zxcvbn import feedback, matching, scoring, time_estimates

# A password that tries at sign-in, limited as they are, will not find.
ENOUGH_GUESSES = 10**8
# The rest of a long password can only make it better.
_LONGEST_LOOK = 72
# Pairs of a substring and a way to read "4" as "a", "1" as "i" or "l" …: with 72
# characters and every such sign in use that takes six seconds; this many, a tenth.
_MOST_READINGS = 40_000


# What the package says, for the catalogue.
_ADVICE = (
    gettext_noop("Use a few words, avoid common phrases."),
    gettext_noop("No need for symbols, digits, or uppercase letters."),
    gettext_noop("Add another word or two. Uncommon words are better."),
    gettext_noop("Straight rows of keys are easy to guess."),
    gettext_noop("Short keyboard patterns are easy to guess."),
    gettext_noop("Use a longer keyboard pattern with more turns."),
    gettext_noop('Repeats like "aaa" are easy to guess.'),
    gettext_noop(
        'Repeats like "abcabcabc" are only slightly harder to guess than "abc".'
    ),
    gettext_noop("Avoid repeated words and characters."),
    gettext_noop('Sequences like "abc" or "6543" are easy to guess.'),
    gettext_noop("Avoid sequences."),
    gettext_noop("Recent years are easy to guess."),
    gettext_noop("Avoid recent years."),
    gettext_noop("Avoid years that are associated with you."),
    gettext_noop("Dates are often easy to guess."),
    gettext_noop("Avoid dates and years that are associated with you."),
    gettext_noop("This is a top-10 common password."),
    gettext_noop("This is a top-100 common password."),
    gettext_noop("This is a very common password."),
    gettext_noop("This is similar to a commonly used password."),
    gettext_noop("A word by itself is easy to guess."),
    gettext_noop("Names and surnames by themselves are easy to guess."),
    gettext_noop("Common names and surnames are easy to guess."),
    gettext_noop("Capitalization doesn't help very much."),
    gettext_noop("All-uppercase is almost as easy to guess as all-lowercase."),
    gettext_noop("Reversed words aren't much harder to guess."),
    gettext_noop(
        "Predictable substitutions like '@' instead of 'a' don't help very much."
    ),
)


class Estimate(NamedTuple):
    guesses: float
    # Why so few and what to do about it; empty for a good password.
    advice: str


def estimate(password: str, known: Collection[str] = ()) -> Estimate:
    """Of the beginning that can be looked at quickly. `known`: lower-case words that
    whoever knows the person tries first."""
    head = _head(password)
    words = {"user_inputs": matching.build_ranked_dict(sorted(known))}
    matches = matching.omnimatch(head, matching.RANKED_DICTIONARIES | words)
    found = scoring.most_guessable_match_sequence(head, matches)
    score = time_estimates.guesses_to_score(found["guesses"])
    said = feedback.get_feedback(score, found["sequence"])
    advice = " ".join(
        gettext(each) for each in (said["warning"], *said["suggestions"]) if each
    )
    return Estimate(float(found["guesses"]), advice)


def _head(password: str) -> str:
    head = password[:_LONGEST_LOOK]
    while len(head) ** 2 * _readings(head) > _MOST_READINGS:
        head = head[:-1]
    return head


def _readings(text: str) -> int:
    """How many ways there are to read its signs as letters."""
    table = matching.relevant_l33t_subtable(text, matching.L33T_TABLE)
    return prod(map(len, table.values()))

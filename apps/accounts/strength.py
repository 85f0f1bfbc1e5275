"""How many guesses a password withstands, as zxcvbn estimates it.

Its word lists (common passwords, English, names, films) are part of the estimate.
Called by parts: `zxcvbn.zxcvbn` keeps the words about one person where the next
person's estimate finds them, and takes seconds for some passwords.
"""

from collections.abc import Collection
from math import prod
from typing import NamedTuple

from zxcvbn import feedback, matching, scoring, time_estimates

# A password that tries at sign-in, limited as they are, will not find.
ENOUGH_GUESSES = 10**8
# The rest of a long password can only make it better.
_LONGEST_LOOK = 72
# Pairs of a substring and a way to read "4" as "a", "1" as "i" or "l" …: with 72
# characters and every such sign in use that takes six seconds; this many, a tenth.
_MOST_READINGS = 40_000


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
    advice = " ".join(filter(None, [said["warning"], *said["suggestions"]]))
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

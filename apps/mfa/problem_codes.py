"""What the errors of mfa mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "challenge_over",
        "The code is over",
        "The code that was texted is used up or too old.",
        "Ask for another one.",
    ),
    Explained(
        "frozen",
        "Codes are locked for a while",
        "Too many wrong codes were given, so none is taken for now.",
        "Wait for the seconds of Retry-After. Whoever has lost their factors finds "
        "the way on the page for signing in.",
    ),
    Explained(
        "incorrect_code",
        "The code is not right",
        "It is wrong, too old, or was used already.",
        "Give the next one. Codes of an app last half a minute; check the clock of "
        "the phone.",
    ),
    Explained(
        "last_factor",
        "It is the last second factor",
        "The role of this person needs one, so the last one cannot be removed.",
        "Set up another one first.",
    ),
    Explained(
        "not_begun",
        "That took too long",
        "The step that this one follows was never taken, or is over.",
        "Begin setting it up anew.",
    ),
    Explained(
        "not_enrolled",
        "That is not set up",
        "The person has no such second factor.",
        "Look at me/mfa for what is set up, and set one up first.",
    ),
    Explained(
        "not_sent",
        "There is nothing to send",
        "This kind of factor has no code that could be texted.",
        "Give the code of the factor itself.",
    ),
    Explained(
        "nothing_sent",
        "No code was asked for",
        "A code was given before one was texted in this sign-in.",
        "Ask for a code first.",
    ),
    Explained(
        "pause",
        "Too soon after a wrong code",
        "Each wrong code has to be followed by a longer pause.",
        "Wait for the seconds of Retry-After, then give the next code.",
    ),
    Explained(
        "second_factor_missing",
        "A second factor is needed",
        "The role of this person may enter the console, which nobody may with a "
        "password alone.",
        "Set up a second factor on the website, and sign in with it.",
    ),
    Explained(
        "unknown_factor",
        "There is no such second factor",
        "The kind that was named does not exist here.",
        "Look at me/mfa for the kinds that there are.",
    ),
    Explained(
        "unreachable",
        "That number cannot be texted",
        "The number takes no texts of ours: it was stopped, given up, or is not "
        "verified.",
        "Choose another number, or text START from that phone first.",
    ),
)

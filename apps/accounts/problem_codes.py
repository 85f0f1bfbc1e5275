"""What the errors of accounts mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "account_closed",
        "The account is closed",
        "It was closed, and will be erased if it stays so.",
        "Whoever owns it can open it again by a new password through the letter, if"
        " they closed it themselves; else ask whoever runs this site.",
    ),
    Explained(
        "account_suspended",
        "The account is suspended",
        "Somebody who runs this site suspended it. Nothing of it is lost.",
        "Ask whoever runs this site.",
    ),
    Explained(
        "bad_locale",
        "There is no such language",
        "The language that was sent is none that is spoken here. Nothing was changed.",
        "Send one of those that the schema names.",
    ),
    Explained(
        "bad_timezone",
        "There is no such time zone",
        "The zone that was sent is no name of the IANA database.",
        "Send a name such as America/New_York.",
    ),
    Explained(
        "begun_is_over",
        "What was begun is over",
        "A sign-in or sign-up that was under way took too long, or came to its end.",
        "Begin anew, without X-Session-Token.",
    ),
    Explained(
        "in_person",
        "That is for the person alone",
        "An operator who stands in for somebody asked for something that only that "
        "person may see or do.",
        "End the standing in; the person has to do this themself.",
    ),
    Explained(
        "invalid_token",
        "The token is not valid (any more)",
        "An access or refresh token is over, was exchanged already, or is none of "
        "ours.",
        "Refresh the pair once with the newest refresh token; if that is refused "
        "too, sign in again.",
    ),
    Explained(
        "nested",
        "Somebody is stood in for already",
        "An operator stands in for one person at a time.",
        "End the other standing in first.",
    ),
    Explained(
        "not_granted",
        "Standing in is not allowed",
        "The operator may not stand in for this person.",
        "Ask an administrator.",
    ),
    Explained(
        "oneself",
        "Nobody stands in for themself",
        "An operator chose their own account.",
        "Use your account as it is.",
    ),
    Explained(
        "person_gone",
        "Their account is closed",
        "The person was suspended or has closed their account, so nobody can stand "
        "in for them.",
        "Restore the account first.",
    ),
    Explained(
        "read_only",
        "Standing in is for looking only",
        "An operator who stands in for somebody asked to change something.",
        "The person has to change it themself.",
    ),
    Explained(
        "insufficient_scope",
        "The token lacks a scope",
        "A personal token does only what its scopes name, and this is not among it.",
        "Make a token that has the scope in the answer.",
    ),
    Explained(
        "not_by_token",
        "No personal token does this",
        "It needs a fresh proof of who asks, or is for the person alone, or for "
        "operators.",
        "Sign in for it, on the website or as an app.",
    ),
    Explained(
        "too_many_tokens",
        "There are as many tokens as one may have",
        "A person has 20 personal tokens at most.",
        "Take one back that is not used any more.",
    ),
    Explained(
        "session_demoted",
        "The sign-in was ended: a right was lost",
        "The person may not enter the console any more, so sign-ins with that right"
        " were ended.",
        "Sign in again.",
    ),
    Explained(
        "session_ended",
        "The sign-in was ended from another device",
        "Its owner ended it in the list of sign-ins.",
        "Sign in again.",
    ),
    Explained(
        "session_expired",
        "The sign-in is over",
        "A sign-in lasts 24 hours.",
        "Sign in again.",
    ),
    Explained(
        "session_factors",
        "The sign-in was ended: factors changed",
        "A second factor was added or removed, which ends every other sign-in.",
        "Sign in again.",
    ),
    Explained(
        "session_idle",
        "The sign-in was not used for too long",
        "The role of this person asks that idle sign-ins end.",
        "Sign in again.",
    ),
    Explained(
        "session_lost",
        "The sign-in is not known any more",
        "The session of its browser is gone.",
        "Sign in again.",
    ),
    Explained(
        "session_newer",
        "The sign-in gave way to a newer one",
        "There were more sign-ins than the role allows, and the oldest was ended.",
        "Sign in again, and sign out where you are done.",
    ),
    Explained(
        "session_operator",
        "The sign-in was ended by an operator",
        "Somebody who runs this site ended it.",
        "Sign in again, or ask them why.",
    ),
    Explained(
        "session_panic",
        "Everything was ended at once",
        "The owner stopped the account: sign-ins, tokens, password and texting.",
        "Set a new password through the letter, and prove a second factor.",
    ),
    Explained(
        "session_password",
        "The sign-in was ended: the password changed",
        "A new password ends every other sign-in.",
        "Sign in with the new password.",
    ),
    Explained(
        "session_reused",
        "An old refresh token was used again",
        "A refresh token that was exchanged already came again, so it may have been"
        " copied, and the sign-in was ended.",
        "Sign in again. Keep only the newest pair, and let one place of your "
        "program refresh it.",
    ),
    Explained(
        "session_signed_out",
        "The sign-in is over",
        "It was signed out.",
        "Sign in again.",
    ),
    Explained(
        "session_suspended",
        "The account was closed",
        "It was suspended, or closed by its owner.",
        "Ask whoever runs this site.",
    ),
    Explained(
        "step_up",
        "A fresh proof is wanted",
        "This is dangerous, and the last proof of who you are is older than five "
        "minutes, or too weak.",
        "Read acr (acr_values in WWW-Authenticate says the same). For aal1 send the password to "
        "auth/reauthenticate, for aal2 a code to auth/2fa/reauthenticate, then ask "
        "again.",
    ),
    Explained(
        "wrong_type",
        "A value is of another type",
        "A field of a sign-in has another JSON type than in the schema.",
        "Send the type that the schema names.",
    ),
)

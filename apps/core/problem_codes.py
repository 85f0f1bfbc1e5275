"""What the errors of core mean (core/explained.py)."""

from apps.core.explained import Explained

PROBLEMS = (
    Explained(
        "answer_lost",
        "An answer of another service was lost",
        "Another service was asked and its answer did not arrive, so nobody knows "
        "whether it did what it was asked.",
        "Look at that service before you ask again; sent twice, it may be done twice.",
    ),
    Explained(
        "bad_body",
        "The body cannot be read",
        "What was sent is no JSON object, is nested too deeply, has a name twice, "
        "or did not arrive whole. Nothing was changed.",
        "Send one JSON object, in UTF-8, with its Content-Length. The detail says "
        "what is wrong.",
    ),
    Explained(
        "bad_fields",
        "Some fields do not fit",
        "A field is missing, unknown, of another JSON type than in the schema, or "
        "out of bounds. Nothing was changed.",
        "Read errors: for each field it says what is wrong. Correct these and send "
        "all of it again.",
    ),
    Explained(
        "bad_idempotency_key",
        "That is no Idempotency-Key",
        "The header Idempotency-Key is empty, longer than 255 characters, or has "
        "spaces or characters that are not plain ASCII.",
        "Send a new UUID for each thing to be done.",
    ),
    Explained(
        "conflict",
        "It does not go together with how things are now",
        "What is asked was done already, has changed meanwhile, or there is one of "
        "that name. Nothing was changed.",
        "Read the thing again and decide anew; the detail says what stands in the way.",
    ),
    Explained(
        "csrf_failed",
        "The CSRF token is missing or wrong",
        "A request that changes something came with the cookie of a sign-in and "
        "without the token that proves it is from a page of yours.",
        "Send as X-CSRFToken what auth/session under /api/auth/browser/ has as its header"
        " of that name (GET …/config will do), from an origin that is allowed. Apps use"
        " a bearer token and no cookie.",
    ),
    Explained(
        "error",
        "Something went wrong on our side",
        "There is a defect, and it was recorded. What you sent may have been done "
        "or not.",
        "Look whether it was done, then try again. If it stays so, tell whoever "
        "runs this site the request_id.",
    ),
    Explained(
        "forbidden",
        "That is not allowed",
        "You are signed in, and your role or the owner of the thing does not allow "
        "this.",
        "Ask the owner to share it for changing, or an administrator for a role "
        "that may.",
    ),
    Explained(
        "in_flight",
        "The first request with this key is not done",
        "A request with the same Idempotency-Key is still running, or never came to"
        " its end.",
        "Wait a moment and send it again, unchanged. If it stays so, look whether "
        "the thing was done, and only then take a new key.",
    ),
    Explained(
        "invalid",
        "Something that was sent does not fit",
        "A value in the address or in the body cannot be used. Nothing was changed.",
        "The detail says which and why. Correct it and send it again.",
    ),
    Explained(
        "key_reused",
        "The key was used for something else",
        "This Idempotency-Key was sent within the last 24 hours with another body. "
        "Nothing was changed.",
        "Take a new key for each thing to be done, and keep the body as it is when "
        "you send it again.",
    ),
    Explained(
        "method_not_allowed",
        "This address does not take that method",
        "There is something at this address, and it is not used that way.",
        "The header Allow names the methods that it takes; the schema tells what "
        "each does.",
    ),
    Explained(
        "not_found",
        "There is nothing here",
        "There is no such address, or no such thing of yours. What belongs to "
        "somebody else is answered the same.",
        "Check the address and the id, and whose token you send. It may have been "
        "deleted meanwhile.",
    ),
    Explained(
        "not_reached",
        "Another service was not reached",
        "It did not answer at all, so nothing was done there.",
        "Try again in a minute.",
    ),
    Explained(
        "outside_failure",
        "Another service did not answer as it should",
        "What you asked for needs a service outside of this site, and that one failed.",
        "Try again in a minute. If it stays so, look at the status page of that "
        "service.",
    ),
    Explained(
        "precondition_failed",
        "It has changed since you read it",
        "You sent If-Match, and what is there now is of another version. Nothing "
        "was changed.",
        "Read it again, apply your change to what it says now, and send it with the"
        " new ETag.",
    ),
    Explained(
        "shown_once",
        "It was done, and is told once",
        "A request with this Idempotency-Key was done. Its answer holds a secret, "
        "which is kept by nobody.",
        "If the first answer was lost, begin that step anew with a new key; the "
        "older secret is then dead.",
    ),
    Explained(
        "too_large",
        "That is too much at once",
        "What was sent, or what another service sent, is larger than is taken here.",
        "Send less, or in several parts.",
    ),
    Explained(
        "too_many",
        "That was too often",
        "A limit is used up for now. Nothing was done.",
        "Wait for the seconds of Retry-After. RateLimit says ahead of time how much"
        " is left.",
    ),
    Explained(
        "unauthorized",
        "Nobody is signed in",
        "There is no token and no cookie of a sign-in, or it is none of ours.",
        "Sign in and send Authorization: Bearer with the access token; refresh it "
        "when five minutes are over.",
    ),
    Explained(
        "unavailable",
        "This is not available right now",
        "Something that is needed to answer, a database or a counter of tries, is "
        "away. Nothing was changed.",
        "Try again in a minute, the same request with the same Idempotency-Key.",
    ),
    Explained(
        "unreadable",
        "The request cannot be read",
        "What came is longer than is read here (an address of 8,190 bytes, a hundred "
        "headers of as many), or is not HTTP. Nothing of it was looked at.",
        "Send a shorter address; what is long belongs into the body. The status says "
        "which part was too much.",
    ),
    Explained(
        "unknown_choice",
        "There is no such choice",
        "A parameter in the address has a value that is none of those it takes, such "
        "as an ordering or a field that there is not.",
        "Send one of choices, which stand in the answer; parameter says where.",
    ),
    Explained(
        "unsupported_media_type",
        "This kind of content is not taken",
        "The Content-Type is not the one that this address takes.",
        "Send JSON with Content-Type: application/json.",
    ),
)

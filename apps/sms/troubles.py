"""Carriers' error numbers in words. https://www.twilio.com/docs/api/errors"""

WORDS = {
    "opted_out": "the phone has opted out with STOP",
    "released": "the number was given up",
    "too_old": "it could not be sent in time",
    "unreadable": "its words could not be unsealed",
    "21211": "the number does not exist",
    "21408": "this country is not enabled",
    "21610": "the phone has opted out with STOP",
    "21612": "the carrier cannot be reached from here",
    "21614": "the number cannot receive texts",
    "21617": "the text was too long",
    "30001": "the carrier's queue was full",
    "30002": "our account is suspended",
    "30003": "the phone was off or out of reach",
    "30004": "the phone blocks texts from us",
    "30005": "the number is unknown to its carrier",
    "30006": "the number is a landline or cannot be reached",
    "30007": "the carrier filtered it",
    "30008": "the carrier gave no reason",
    "30032": "our number is not verified with the carriers",
    "30034": "our number is not registered with the carriers",
    "30410": "the carrier did not answer in time",
}


def in_words(code: str) -> str:
    """A reason to follow "Not delivered: "."""
    return WORDS.get(code, f"carrier error {code}" if code else "no reason given")

"""Examples of calls of the carrier, as operators find them and play them again."""

from typing import Any

from apps.core.example import Example, Id, page

WHY = {"reason": "Her text has no answer"}
SID = "SM5f2e9c8d7a6b4c3d2e1f0a9b8c7d6e5f"
CALL: dict[str, Any] = {
    "id": "01978c2e-6011-7d41-b6a0-5f2e9c8d7a90",
    "called_at": "2026-12-01T14:00:00Z",
    "via": "inbound",
    "outcome": "new",
    "sid": SID,
    "request_id": "6d2f8e0b1c469a417c3e5b060197a3f0",
    "replayed_at": None,
}
POSTED = {
    "AccountSid": "AC00000000000000000000000000000000",
    "ApiVersion": "2010-04-01",
    "Body": "remind me to call Ana tomorrow at 9 am",
    "From": "+12025550101",
    "FromCity": "WASHINGTON",
    "FromCountry": "US",
    "MessageSid": SID,
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsMessageSid": SID,
    "SmsSid": SID,
    "SmsStatus": "received",
    "To": "+12025550100",
    "ToCountry": "US",
}
HIDDEN = {
    "Body": "38 characters",
    "From": "12 characters",
    "FromCity": "10 characters",
    "To": "12 characters",
}

EXAMPLES = (
    Example("GET admin/sms/calls", page(CALL)),
    Example(
        "GET admin/sms/calls/{public_id}", {**CALL, "posted": {**POSTED, **HIDDEN}}
    ),
    Example(
        "POST admin/sms/calls/{public_id}/replay", {"outcome": "duplicate"}, body=WHY
    ),
    Example("POST admin/sms/calls/{public_id}/reveal", {"form": POSTED}, body=WHY),
)
IDS = (Id("admin/sms/calls/{public_id}", CALL["id"]),)

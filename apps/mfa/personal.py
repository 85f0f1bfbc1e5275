"""What is kept of a person here: that they have second factors, never the factors."""

from allauth.mfa.models import Authenticator

from apps.core.dossier import Kept
from apps.mfa.models import (
    Challenge,
    FactorState,
    LostFactors,
    RecoveryCode,
    RecoveryDevice,
    SMSDevice,
    TOTPDevice,
    WrongCodes,
)

_ADDED = {"is_confirmed": "confirmed", "added_at": "created_at"}
_USED = {**_ADDED, "last_used_at": "last_used_at"}

PERSONAL = (
    Kept(
        TOTPDevice,
        ("user",),
        "Your authenticator app, without its secret, which signs in whoever has it.",
        name="authenticator-apps",
        columns=_USED,
    ),
    Kept(
        SMSDevice,
        ("user",),
        "The phone that codes are texted to.",
        name="phones-for-codes",
        columns={"number": "phone.e164", **_USED},
        of=lambda user: SMSDevice.objects.filter(user=user).select_related("phone"),
    ),
    Kept(
        RecoveryDevice,
        ("user",),
        "Your sets of recovery codes, without the codes, which we do not know.",
        name="recovery-codes",
        columns={**_USED, "codes_left": "left"},
    ),
    Kept(RecoveryCode, ("device",), "Only digests of your recovery codes."),
    Kept(
        Authenticator,
        ("user",),
        "Your passkeys, by their names.",
        name="passkeys",
        columns={
            "name": lambda row: row.wrap().name,
            "added_at": "created_at",
            "last_used_at": "last_used_at",
        },
        of=lambda user: Authenticator.objects.filter(
            user=user, type=Authenticator.Type.WEBAUTHN
        ),
    ),
    Kept(
        LostFactors,
        ("user",),
        "When somebody said that your second factors are lost, and how that ended.",
        name="lost-factors",
        columns={
            "said_at": "created_at",
            "ready_at": "ready_at",
            "ended_at": "ended_at",
            "how_it_ended": "get_ended_how_display",
        },
    ),
    Kept(
        FactorState,
        ("user",),
        "Whether you have to set a second factor up again.",
        name="second-factors",
        columns={
            "asked_to_set_up_at": "enforced_at",
            "passkeys_alone_from": "passkeys_alone_from",
        },
    ),
    Kept(
        WrongCodes,
        ("user",),
        "Wrong codes since the last good one, from your own browsers and from others.",
        name="wrong-codes",
        columns={
            "from_your_browsers": "is_known",
            "wrong_codes": "count",
            "no_codes_until": "waits_until",
        },
    ),
    Kept(Challenge, ("user",), "Digests of codes that were asked for, for minutes."),
)

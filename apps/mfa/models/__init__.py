"""The facts of second factors: devices that answer, and what they are asked.

    User ─┬─ TOTPDevice, SMSDevice ── PhoneNumber, RecoveryDevice ── RecoveryCode
          ├─ Challenge (one attempt to prove one device, for one purpose)
          ├─ FactorState, WrongCodes (one after the other)
          └─ LostFactors (the slow way back)

Passkeys are rows of allauth's (`allauth.mfa.models.Authenticator`).
"""

from apps.mfa.models.challenge import Challenge
from apps.mfa.models.lost import LostFactors
from apps.mfa.models.recovery import RecoveryCode, RecoveryDevice
from apps.mfa.models.sms import SMSDevice
from apps.mfa.models.state import FactorState
from apps.mfa.models.totp import TOTPDevice
from apps.mfa.models.wrong_codes import WrongCodes

__all__ = [
    "Challenge",
    "FactorState",
    "LostFactors",
    "RecoveryCode",
    "RecoveryDevice",
    "SMSDevice",
    "TOTPDevice",
    "WrongCodes",
]

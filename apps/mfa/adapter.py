"""What allauth.mfa asks us: who has a second factor, and what passkeys belong to."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy

from apps.mfa import factor
from apps.mfa.factors import passkey


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped package
    # Codes are compared by our challenges, so it is said of passkeys alone.
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "The answer of this passkey does not fit. Ask for a new question, and try "
            "again."
        )
    }

    def is_mfa_enabled(self, user: Any, types: Sequence[str] | None = None) -> bool:
        """By our factors; `types` are allauth's words, of which texts have none."""
        if user.is_anonymous:
            return False
        if types is None:
            return factor.are_set_up(user)
        wanted = {str(each) for each in types}
        return any(
            declared.allauth_type in wanted and declared.is_enrolled(user)
            for declared in factor.every()
        )

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        return f"Passkey {passkey.keys(user).count() + 1}"

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """A device keeps whose passkey it is: by the public id."""
        told: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**told, "id": str(user.public_id).encode()}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """A passkey belongs to the site people see, whatever the Host header says."""
        host = urlsplit(settings.PUBLIC_URL).hostname or ""
        return {"id": host, "name": settings.OTP_TOTP_ISSUER}

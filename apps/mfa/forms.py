"""What is typed, and what a passkey answers."""

import unicodedata
from hashlib import sha256
from typing import Any
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn import forms as allauth_forms
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext
from fido2.utils import websafe_decode, websafe_encode

from apps.accounts.models import User
from apps.core import redis
from apps.mfa import passkeys_alone
from apps.mfa.factor import Factor

# Characters of what a passkey is called.
LONGEST_NAME = 40
# Of Unicode's bidirectional classes those that turn what follows.
_TURNING = frozenset("LRE RLE LRO RLO LRI RLI FSI".split())


def insist_on_one_line(text: str) -> None:
    """Raises ValidationError where it breaks the line, turns it round, or is not seen."""
    kinds = {unicodedata.category(sign) for sign in text}
    turned = any(unicodedata.bidirectional(sign) in _TURNING for sign in text)
    if "Cc" in kinds or turned or kinds <= {"Cf", "Mn", "Me", "Zs", "Zl", "Zp"}:
        raise forms.ValidationError(
            gettext("A name is one line that can be read."), code="invalid"
        )


NAME = [MaxLengthValidator(LONGEST_NAME), insist_on_one_line]


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40)

    def __init__(self, *args: Any, factor: Factor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = gettext("Recovery code") if factor.is_backup else gettext("Code")
        # Phones offer the code of a text, and digits to type.
        field.widget.attrs |= {
            "autocomplete": "off" if factor.is_backup else "one-time-code",
            "inputmode": "text" if factor.is_backup else "numeric",
            "spellcheck": "false",
            "autofocus": True,
        }


class Credential(forms.JSONField):
    """What a passkey answers; the names that the package reads without looking."""

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value)
        except RecursionError:
            found = None
        if not _is_shaped(found):
            raise _unreadable()
        return found


def _handle_of_package(said: Any) -> str | None:
    """What the package looks up for the public id that a device has kept; None for
    anything else, which it refuses, or knows from before."""
    try:
        public_id = UUID(websafe_decode(said).decode())
        user = User.objects.get(public_id=public_id)
    except (TypeError, ValueError, User.DoesNotExist):
        return None
    handle: str = websafe_encode(user_pk_to_url_str(user).encode())
    return handle


def _unreadable() -> forms.ValidationError:
    return forms.ValidationError(
        gettext("This is no passkey’s answer."), code="invalid"
    )


def _insist_first(credential: Any) -> None:
    """An answer is good once, also where it comes several times at the same moment: each
    of these requests has read from its session that it is waited for. Raises
    ValidationError; `unavailable` where Redis is away."""
    said: str = credential["response"]["clientDataJSON"]
    mark = f"passkey-answer:{sha256(websafe_decode(said)).hexdigest()}"
    # For as long as a session that asked can be there.
    if not redis.connection().set(mark, "1", nx=True, ex=settings.SESSION_COOKIE_AGE):
        raise forms.ValidationError(
            gettext("This answer was taken already. Ask for a new question."),
            code="incorrect_code",
        )


def _insist_new(user: User, credential: Any) -> None:
    """Raises ValidationError for one that this person has already; a browser is told
    which those are, and makes none of them."""
    if webauthn.get_authenticator_by_credential_id(
        user, websafe_decode(credential["rawId"])
    ):
        raise forms.ValidationError(
            gettext("You have this passkey already."), code="invalid"
        )


def _is_shaped(found: Any) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        return False
    return all(isinstance(found.get(name), str) for name in ("id", "rawId"))


class _Sound(allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # untyped
    credential = Credential(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        try:
            found = super().clean_credential()
        except (KeyError, TypeError, ValueError) as error:
            # The package means to refuse what it cannot read, and trips over it.
            raise _unreadable() from error
        _insist_first(self.cleaned_data["credential"])
        return found


class AuthenticatePasskeyForm(_Sound):
    """The second step of a sign-in."""


class ReauthenticatePasskeyForm(_Sound, allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # untyped
    """Once more."""


class LoginPasskeyForm(_Sound, allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]  # untyped
    """A sign-in by passkey alone."""

    def clean_credential(self) -> Any:
        response = self.cleaned_data["credential"]["response"]
        if (handle := _handle_of_package(response.get("userHandle"))) is not None:
            response["userHandle"] = handle
        found = super().clean_credential()
        if not passkeys_alone.may(found):
            raise forms.ValidationError(
                gettext(
                    "This passkey is not enough by itself. Sign in with your password, "
                    "or choose a new one by “Forgot your password?”."
                ),
                code="password_needed",
            )
        return found


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]  # untyped
    credential = Credential(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = super().clean()
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable() from error
        if credential := found.get("credential"):
            _insist_first(credential)
            _insist_new(self.user, credential)
        return found

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = LONGEST_NAME
        # Django looks at it only while the field is made.
        self.fields["name"].validators += NAME
        self.fields["name"].label = gettext("Name")
        self.fields["name"].help_text = gettext(
            "To tell it from others, like “laptop”."
        )
        by_itself = self.fields["passwordless"]
        by_itself.label = gettext("Sign in with it alone, without a password")
        by_itself.help_text = gettext("It unlocks with your finger, face or PIN.")
        by_itself.initial = True

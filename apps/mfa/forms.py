"""The one field of every page that takes a code."""

from typing import Any

from allauth.mfa.webauthn import forms as allauth_forms
from django import forms

from apps.mfa.factor import Factor


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40)

    def __init__(self, *args: Any, factor: Factor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "Recovery code" if factor.is_backup else "Code"
        # Phones offer the code of a text, and digits to type.
        field.widget.attrs |= {
            "autocomplete": "off" if factor.is_backup else "one-time-code",
            "inputmode": "text" if factor.is_backup else "numeric",
            "spellcheck": "false",
            "autofocus": True,
        }


class AddPasskeyForm(allauth_forms.AddWebAuthnForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].max_length = 40
        self.fields["name"].help_text = "To tell it from others, like “laptop”."
        by_itself = self.fields["passwordless"]
        by_itself.label = "Sign in with it alone, without a password"
        by_itself.help_text = "It unlocks with your finger, face or PIN."
        by_itself.initial = True

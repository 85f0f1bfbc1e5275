"""The one field of every page that takes a code."""

from typing import Any

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

"""How forms look, and the forms of pages that belong to no other app."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from apps.core.errors import AppError
from apps.sms import dialing, web

# What Twilio takes in one text.
LONGEST_TEXT = 1600


class Renderer(TemplatesSetting):
    """Every form of the site through two templates."""

    form_template_name = "forms/_form.html"
    field_template_name = "forms/_field.html"


class NumberForm(forms.Form):
    """A phone a person says is theirs."""

    number = forms.CharField(
        label="Mobile number",
        max_length=32,
        help_text="With its country code, like +1 202 555 0123.",
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        ),
    )
    label = forms.CharField(
        label="Name of this phone",
        max_length=40,
        required=False,
        help_text="Such as “work phone”.",
    )


class LabelForm(forms.Form):
    label = forms.CharField(
        label="Name of this phone",
        max_length=40,
        required=False,
        help_text="Such as “work phone”. Only you see it.",
    )


class PhoneCodeForm(forms.Form):
    """What was texted to a phone that is to be linked."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        """However it was grouped."""
        return str(self.cleaned_data["code"]).replace(" ", "").replace("-", "")


class WordsForm(forms.Form):
    """What a person writes to their assistant."""

    words = forms.CharField(
        label="Message",
        max_length=web.LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 1, "data-send": "", "placeholder": "Write to your assistant"}
        ),
    )


class PlayedTextForm(forms.Form):
    """What a phone of the simulator sends."""

    number = forms.CharField(max_length=32, widget=forms.HiddenInput)
    body = forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 1,
                "data-send": "",
                "placeholder": "Text message",
                "autofocus": True,
            }
        ),
    )


class LineForm(forms.Form):
    """Which phone to hold."""

    number = forms.CharField(max_length=32, label="Any other number")

    def clean_number(self) -> str:
        try:
            return dialing.normalise(self.cleaned_data["number"])
        except AppError as error:
            raise ValidationError(error.sentence, code=error.code) from None

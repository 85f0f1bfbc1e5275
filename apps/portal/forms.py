"""How forms look, and the forms of pages that belong to no other app."""

from dataclasses import dataclass
from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.text import capfirst
from django.utils.translation import (
    gettext,
    gettext_lazy,
    gettext_noop,
    pgettext_lazy,
)

from apps.accounts import names
from apps.accounts.models import PersonalToken
from apps.assistant import drafts, lists, memory, notes, reminders
from apps.assistant.models import Offer
from apps.core.errors import AppError
from apps.portal.meanwhile import SeenForm
from apps.rbac import scopes
from apps.sms import dialing, web
from apps.webhooks.models import Endpoint, Type

# What Twilio takes in one text.
LONGEST_TEXT = 1600


class Renderer(TemplatesSetting):
    """Every form of the site through two templates."""

    form_template_name = "forms/_form.html"
    field_template_name = "forms/_field.html"


class NumberForm(forms.Form):
    """A phone a person says is theirs."""

    number = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=32,
        help_text=gettext_lazy("With its country code, like +1 202 555 0123."),
        widget=forms.TextInput(
            attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        ),
    )
    label = forms.CharField(
        label=gettext_lazy("Name of this phone"),
        max_length=40,
        required=False,
        validators=[names.insist_readable],
        help_text=gettext_lazy("Such as “work phone”."),
    )


class LabelForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("Name of this phone"),
        max_length=40,
        required=False,
        validators=[names.insist_readable],
        help_text=gettext_lazy("Such as “work phone”. Only you see it."),
    )


class PhoneCodeForm(forms.Form):
    """What was texted to a phone that is to be linked."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
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


# What the scopes of a token are about.
GROUPS = {
    "account": gettext_noop("Account"),
    "phones": gettext_noop("Phones"),
    "connections": gettext_noop("Connections"),
    "usage": gettext_noop("Usage"),
    "messages": gettext_noop("Messages"),
    "reminders": gettext_noop("Reminders"),
    "lists": gettext_noop("Lists"),
    "notes": gettext_noop("Notes"),
    "events": gettext_noop("Events"),
    "shares": gettext_noop("Shares"),
    "memory": gettext_noop("Memory"),
    "approvals": gettext_noop("Approvals"),
    "features": gettext_noop("Features"),
    "notifications": gettext_noop("Notifications"),
}


@dataclass(frozen=True)
class ScopeChoice:
    name: str
    words: str
    is_chosen: bool


class TokenForm(forms.Form):
    """What a token for the API is called, may do, and how long."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        validators=[names.insist_readable],
        help_text=gettext_lazy("What it is for, such as “home server”."),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Good for"),
        coerce=int,
        initial=PersonalToken.USUALLY,
        choices=[
            (7, gettext_lazy("A week")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("A year")),
        ],
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(name, name) for name in scopes.ALL],
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def groups(self) -> list[tuple[str, list[ScopeChoice]]]:
        """The scopes by what they are about."""
        chosen = self["scopes"].value() or []
        choices = [
            ScopeChoice(name, capfirst(gettext(words)), name in chosen)
            for name, words in scopes.ALL.items()
        ]
        found = groupby(choices, lambda each: each.name.partition(":")[0])
        return [(gettext(GROUPS[group]), list(several)) for group, several in found]


class WebhookTypesForm(forms.Form):
    """What a webhook is told of."""

    types = forms.MultipleChoiceField(
        label=gettext_lazy("What it is told of"),
        choices=Type.choices,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def choices(self) -> list[ScopeChoice]:
        chosen = self["types"].value() or []
        return [
            ScopeChoice(name, str(words), name in chosen)
            for name, words in Type.choices
        ]


class WebhookForm(WebhookTypesForm):
    """Where a webhook goes, and what it is told of."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=Endpoint.URL_LENGTH,
        help_text=gettext_lazy("The https address of a program of yours."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=Endpoint.NAME_LENGTH,
        required=False,
        help_text=gettext_lazy("What it is for, such as “home server”."),
    )
    include_text = forms.BooleanField(
        label=gettext_lazy("With the words of texts"),
        required=False,
        help_text=gettext_lazy(
            "Else it gets ids alone, and asks the API for the rest."
        ),
    )


class WordsForm(forms.Form):
    """What a person writes to their assistant."""

    words = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=web.LONGEST,
        widget=forms.Textarea(
            attrs={
                "rows": 1,
                "data-send": "",
                "placeholder": gettext_lazy("Write to your assistant"),
            }
        ),
    )


class PlayedTextForm(forms.Form):
    """What a phone of the simulator sends."""

    number = forms.CharField(max_length=32, widget=forms.HiddenInput)
    body = forms.CharField(
        label=pgettext_lazy("what is written", "Text"),
        required=False,
        max_length=LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 1,
                "data-send": "",
                "placeholder": gettext_lazy("Text message"),
                "autofocus": True,
            }
        ),
    )


class LineForm(forms.Form):
    """Which phone to hold."""

    number = forms.CharField(max_length=32, label=gettext_lazy("Any other number"))

    def clean_number(self) -> str:
        try:
            return dialing.normalise(self.cleaned_data["number"])
        except AppError as error:
            raise ValidationError(error.sentence, code=error.code) from None


class ReminderWordsForm(forms.Form):
    """What to be reminded of and when, in one's own words. `when` answers a question
    about them."""

    words = forms.CharField(
        label=gettext_lazy("What, and when"),
        max_length=drafts.LONGEST,
        help_text=gettext_lazy(
            "Such as “call Ana every friday at 9” or “tea in half an hour”."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    when = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.HiddenInput,
        label=gettext_lazy("When"),
    )


class ReminderForm(SeenForm):
    text = forms.CharField(
        label=gettext_lazy("What"), max_length=reminders.LONGEST_TEXT
    )
    when = forms.CharField(
        label=gettext_lazy("New time"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Such as “friday at 9” or “every monday at 8”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ListForm(SeenForm):
    name = forms.CharField(
        label=gettext_lazy("Name of the list"), max_length=lists.LONGEST_NAME
    )


class ItemsForm(forms.Form):
    items = forms.CharField(
        label=gettext_lazy("What"),
        max_length=2_000,
        help_text=gettext_lazy("Several with commas: milk, eggs, bread."),
    )


class NoteForm(SeenForm):
    text = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=notes.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FactForm(SeenForm):
    text = forms.CharField(
        label=gettext_lazy("What to know"),
        max_length=memory.LONGEST,
        help_text=gettext_lazy(
            "Such as “my shoe size is 42” or “I like the window seat”."
        ),
    )


class ShareForm(forms.Form):
    """With whom, and what they may do."""

    to = forms.CharField(
        label=gettext_lazy("With"),
        max_length=254,
        help_text=gettext_lazy("A mail address, or a number with its country code."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("They"),
        choices=Offer.Level.choices,
        initial=Offer.Level.VIEW,
    )

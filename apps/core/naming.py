"""Before something that is not taken back its name is typed: who presses by mistake, or
has another one in mind, types another."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext


def is_name(typed: str, name: str) -> bool:
    """Capitals and space around it are no difference."""
    return typed.strip().casefold() == name.casefold()


class NameForm(forms.Form):
    typed = forms.CharField(
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, name: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self._name = name
        self.fields["typed"].label = gettext("To do it, type %(name)s") % {"name": name}

    def clean_typed(self) -> str:
        given = str(self.cleaned_data["typed"])
        if not is_name(given, self._name):
            raise ValidationError(
                gettext("That is something else, so nothing was done.")
            )
        return given

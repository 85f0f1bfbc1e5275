"""Before something that nobody takes back its name is typed: the wrong row has another."""

from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from apps.core.naming import is_name
from apps.rbac.console.reveal import ReasonForm


class Typed(NamedTuple):
    """`asked` says what to type without saying it: a list that leads here is masked."""

    asked: str
    name: str


class TypedForm(ReasonForm):
    """A reason, and the name where one is asked for."""

    typed = forms.CharField(
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, typed: Typed | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self._typed = typed
        if typed is None:
            del self.fields["typed"]
        else:
            self.fields["typed"].label = typed.asked

    def clean_typed(self) -> str:
        given = str(self.cleaned_data["typed"])
        if self._typed and not is_name(given, self._typed.name):
            said = "That is something else" if given.strip() else "Nothing was typed"
            raise ValidationError(f"{said}, so nothing was done.")
        return given

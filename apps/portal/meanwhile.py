"""Two tabs on one thing: what was saved in the other one is not replaced without a word.

A form that changes something carries a mark of what it had shown (`seen`). Whoever saves
holds the row, and only then is it looked at: where it says something else by then, the
form comes back as it was typed, with what is there now, and saves when it is sent again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext

from apps.core import versions
from apps.core.errors import NotFound

CHANGED = "changed_meanwhile"


class SeenForm(forms.Form):
    """Made of what there is `now`, by field; one that sends no mark is held to none."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, now: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        if now is not None:
            kwargs["initial"] = {**now, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.now = now or {}
        # What is said of it where it was changed: their words, beside those typed.
        self.meanwhile: list[str] = []
        if now is None:
            del self.fields["seen"]
        else:
            self.fields["seen"].initial = mark(now)

    def clean_seen(self) -> str:
        now, seen = mark(self.now), str(self.cleaned_data["seen"])
        if seen and seen != now:
            self.meanwhile = [words for words in self.worded() if words]
            self.data = {**dict(self.data.items()), self.add_prefix("seen"): now}
            raise forms.ValidationError(gettext("Changed meanwhile."), code=CHANGED)
        return seen

    def worded(self) -> list[str]:
        """What there is now, to be read."""
        return [str(self.now[name]) for name in self.now if name in self.fields]

    @property
    def status(self) -> int:
        """Of the page that shows it."""
        return HTTPStatus.CONFLICT if self.meanwhile else HTTPStatus.OK


def mark(now: Mapping[str, Any]) -> str:
    said = json.dumps(now, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@contextmanager
def held(request: HttpRequest, row: Model) -> Iterator[None]:
    """A change waits for whoever changes the same, and sees what they left. Raises
    NotFound for what they deleted."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        versions.lock(row)
        try:
            row.refresh_from_db()
        except ObjectDoesNotExist:
            raise NotFound from None
        if getattr(row, "is_deleted", False):
            raise NotFound
        yield

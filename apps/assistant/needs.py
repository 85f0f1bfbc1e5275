"""What a tool needs of a connected account: one of its sides, and a call it allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from apps.accounts.models import User
from apps.assistant import phrases
from apps.core import errors
from apps.integrations import facets
from apps.integrations.facets import Facet


@dataclass(frozen=True)
class Need:
    """`sentence` says how to connect one, `call` is the capability that it has to allow;
    `or_call` does as well."""

    sentence: str
    kind: type[Facet]
    call: str
    or_call: str = ""

    def met_by(self, user: User) -> list[Any]:
        """Those of the person's accounts that allow it, the oldest connection first."""
        calls = {self.call, self.or_call}
        return [each for each in facets.of(user, self.kind) if calls & each.can]

    def insist(self, user: User) -> None:
        """Raises errors.Forbidden, which says how to connect."""
        if not self.met_by(user):
            raise self.missing()

    def missing(self) -> errors.Forbidden:
        """What says how to connect one."""
        url = settings.PUBLIC_URL + reverse("integrations:connections")
        return errors.Forbidden(phrases.say(self.sentence, url=url))

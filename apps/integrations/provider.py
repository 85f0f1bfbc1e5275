"""What a provider is, and the shelf they stand on.

A provider declares; `handshake`, `tokens` and `client` act. One file in `providers/`,
exporting PROVIDER, is a new provider.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext

from apps.core import shelves
from apps.core.errors import NotFound

SHELF = "apps.integrations.providers"


class Wire(StrEnum):
    """How its token endpoint is spoken to (RFC 6749 §2.3.1, and Notion's way)."""

    FORM = "form"  # secret in the form
    BASIC_JSON = "basic_json"  # HTTP Basic, JSON


@dataclass(frozen=True)
class Feature:
    """Something a person switches on, in their words, and the scopes it takes."""

    id: str
    title: str
    words: str
    scopes: tuple[str, ...] = ()
    is_write: bool = False
    # What reads private content; it is never chosen beforehand.
    is_sensitive: bool = False
    # Chosen beforehand for somebody who connects.
    is_suggested: bool = False


@dataclass(frozen=True)
class Provider:
    id: str
    name: str
    # What one gets, in a sentence, for its card.
    words: str
    icon: str
    # Grants of one family and client stand and fall together at the provider.
    family: str
    # allauth's provider, which knows the handshake.
    allauth: Any
    authorize_url: str
    token_url: str
    # Where the person takes the grant back themselves.
    own_page: str
    features: tuple[Feature, ...]
    # The hosts its API answers at; a bearer token goes to no other.
    hosts: tuple[str, ...]
    # Where its token endpoint takes grants back; without one only the person can.
    revoke_url: str = ""
    profile_url: str = ""
    # The cheapest thing to ask of its API, for whoever wants to know whether it works;
    # who they are there, if nothing is said.
    probe_url: str = ""
    # `iss` of the answer (RFC 9207), where it sends one.
    issuer: str = ""
    wire: Wire = Wire.FORM
    # What every handshake asks for: who it is.
    base_scopes: tuple[str, ...] = ()
    # Granted without being named, or named otherwise: asked for -> as the answer says it.
    aliases: Mapping[str, str] = field(default_factory=dict)
    # Never named in an answer.
    unspoken: tuple[str, ...] = ()
    # A wide scope -> the narrower ones that it includes.
    implies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Without scopes, what an app may do is fixed when it is registered.
    has_scopes: bool = True
    has_pkce: bool = True
    # More parameters of the address that asks for consent.
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    # What the account is called, from the answer of the token endpoint and the login.
    label: Callable[[Mapping[str, Any], Any], str] = field(
        default=lambda _answer, login: _address(login)
    )
    # What signing in with it asks for; without any it is no way to sign in.
    sign_in_scopes: tuple[str, ...] = ()
    # How long a grant that is not used lives; it is used before that.
    idle_days: int = 0

    def __str__(self) -> str:
        return self.name

    @cached_property
    def by_id(self) -> Mapping[str, Feature]:
        return {feature.id: feature for feature in self.features}

    def feature(self, feature_id: str) -> Feature:
        """Raises NotFound."""
        found = self.by_id.get(feature_id)
        if found is None:
            raise NotFound(
                gettext("%(name)s has nothing of that name to switch on.")
                % {"name": self.name}
            )
        return found

    def chosen(self, ids: Collection[str]) -> list[Feature]:
        """In the order of its page; unknown ones are left out."""
        return [feature for feature in self.features if feature.id in ids]

    @property
    def suggested(self) -> list[str]:
        return [feature.id for feature in self.features if feature.is_suggested]

    def scopes_for(self, ids: Collection[str]) -> list[str]:
        """What to ask for: who it is, and what the features take; each once."""
        own = [scope for each in self.chosen(ids) for scope in each.scopes]
        return list(dict.fromkeys([*self.base_scopes, *own]))


def every() -> tuple[Provider, ...]:
    return shelves.collect(SHELF, "PROVIDER")


def ids() -> list[str]:
    return [provider.id for provider in every()]


def named(provider_id: str) -> Provider:
    """Raises NotFound."""
    for provider in every():
        if provider.id == provider_id:
            return provider
    raise NotFound(gettext("There is no such provider."))


def choices() -> list[tuple[str, str]]:
    return [(provider.id, provider.name) for provider in every()]


def _address(login: Any) -> str:
    return next((str(each.email) for each in login.email_addresses), "")

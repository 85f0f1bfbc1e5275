"""Notion: pages that the person picked.

It has no scopes: what an app may do is fixed where it is registered, and the person
picks the pages. https://developers.notion.com/docs/authorization
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.notion.client import NotionOAuth2Client
from allauth.socialaccount.providers.notion.provider import NotionProvider
from allauth.socialaccount.providers.notion.views import NotionOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

from apps.integrations.provider import Feature, Provider, Wire

VERSION = "2025-09-03"


class _Client(NotionOAuth2Client):  # type: ignore[misc]  # ships no types
    """Names where to come back to, in the address and in the exchange, so that it holds
    whether one or several are registered; allauth's names it in neither."""

    def get_redirect_url(self, url: str, scope: Any, extra_params: Any) -> str:
        asked = {
            "client_id": self.consumer_key,
            "response_type": "code",
            "owner": "user",
            "redirect_uri": self.callback_url,
            "state": self.state,
        }
        return f"{url}?{urlencode(asked)}"

    def get_access_token(self, code: str, pkce_code_verifier: Any = None) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.post(
                self.access_token_url,
                auth=(self.consumer_key, self.consumer_secret),
                json={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": self.callback_url,
                },
                headers={"Notion-Version": VERSION},
            )
        found = answer.json() if answer.ok else {}
        if not isinstance(found, dict) or "access_token" not in found:
            raise OAuth2Error("There is no token in the answer.")
        return found


class _Adapter(NotionOAuth2Adapter):  # type: ignore[misc]  # ships no types
    client_class = _Client


class _Provider(NotionProvider):  # type: ignore[misc]  # ships no types
    oauth2_adapter_class = _Adapter

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        """Nobody signs in with it, and its people may have no address to be seen."""
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


def _label(answer: Mapping[str, Any], login: Any) -> str:
    return answer.get("workspace_name") or ""


PROVIDER = Provider(
    id="notion",
    name="Notion",
    words="Pages you pick: to search, to read, to write down things for you.",
    icon="notebook-pen",
    family="notion",
    allauth=_Provider,
    authorize_url="https://api.notion.com/v1/oauth/authorize",
    token_url="https://api.notion.com/v1/oauth/token",
    revoke_url="https://api.notion.com/v1/oauth/revoke",
    probe_url="https://api.notion.com/v1/users/me",
    own_page="https://www.notion.so/profile/integrations",
    hosts=("api.notion.com",),
    features=(
        Feature(
            "pages.read",
            "Find and read pages",
            "Searches and reads the pages that you pick at Notion.",
            is_suggested=True,
        ),
        Feature(
            "pages.write",
            "Write pages",
            "Makes pages and adds to them when you ask for it.",
            is_write=True,
        ),
    ),
    wire=Wire.BASIC_JSON,
    has_scopes=False,
    has_pkce=False,
    headers={"Notion-Version": VERSION},
    label=_label,
)

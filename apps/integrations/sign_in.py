"""Signing in with Google or Microsoft: allauth's own flow, and what we want otherwise."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # ships no types
    def get_requests_session(self) -> Any:
        """Follows nothing, and asks no proxy of the environment."""
        session = super().get_requests_session()
        session.max_redirects = 0
        session.trust_env = False
        return session

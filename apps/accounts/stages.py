"""The steps of signing in that are ours in place of allauth's."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpRequest


class ProveAddress(EmailVerificationStage):  # type: ignore[misc]  # ships no types
    def is_resumable(self, request: HttpRequest) -> bool:
        """Nobody is kept at the code: the letter to an address that has an account leads
        to the page for signing in, and there is no code in it."""
        return False

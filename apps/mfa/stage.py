"""The one login stage of all second factors, in allauth's place and under its key.

So allauth's own passkey pages and ours complete the same stage, in the pages and in
both headless clients, and nobody is asked twice.
"""

from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.http import HttpRequest

from apps.mfa import enforcement, factor, lost, trusted


class SecondFactorStage(AuthenticateStage):  # type: ignore[misc]  # untyped package
    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None:
            # allauth plays the sign-in of an account that is not there.
            return False
        if not factor.are_set_up(user):
            if enforcement.was_reset(user):
                enforcement.mark(request)
            return False
        # A passkey that was unlocked on its device is two factors at once.
        if did_use_passwordless_login(request, user):
            return False
        # Before trust is asked for: whoever has one browser has lost them there too.
        if lost.finish(user):
            enforcement.mark(request)
            return False
        if trusted.is_trusted(request, user):
            return False
        return True

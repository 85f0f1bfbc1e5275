"""Signing in with accounts elsewhere over allauth's API, by its addresses and names.

Its own views make addresses for apps that are registered in its tables, and lead a
browser away themselves; ours answer the address that a page leads its browser to. An
app opens that page in a browser: the way back ends in a cookie.
"""

from typing import Any, ClassVar

from allauth.headless.base.response import AuthenticationResponse
from allauth.headless.base.views import APIView, AuthenticatedAPIView
from allauth.headless.constants import Client
from allauth.headless.internal.restkit import inputs
from allauth.headless.internal.restkit.response import APIResponse
from allauth.socialaccount.models import SocialAccount
from django.http import HttpResponse

from apps.accounts import fresh_auth, linked
from apps.accounts.headless import doors
from apps.core.errors import Conflict, NotFound
from apps.integrations import back
from apps.integrations import provider as shelf
from apps.integrations import sign_in
from apps.integrations.provider import Provider

# allauth's words for what somebody comes back for.
PROCESSES = {
    "login": sign_in.ENTER,
    "connect": sign_in.LINK,
    "reauthenticate": sign_in.PROVE,
}


class RedirectInput(inputs.Input):  # type: ignore[misc]  # untyped package
    """`back`: a path here to come back to, with `error` in its query if it failed."""

    provider = inputs.CharField(max_length=20)
    process = inputs.ChoiceField(choices=[(name, name) for name in PROCESSES])
    back = inputs.CharField(
        max_length=300, required=False, validators=[back.insist_here]
    )


class RedirectView(APIView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"POST": RedirectInput}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raises NotFound for what signs nobody in, Conflict for whoever is in and
        would sign in, StepUp before linking."""
        given = self.input.cleaned_data
        what = PROCESSES[given["process"]]
        if what == sign_in.ENTER and request.user.is_authenticated:
            raise Conflict("You are signed in.")
        if what != sign_in.ENTER and not request.user.is_authenticated:
            nobody: HttpResponse = AuthenticationResponse(request)
            return nobody
        if what == sign_in.LINK:
            fresh_auth.insist(request)
        declared = sign_in.declared(given["provider"])
        url = sign_in.begin(request, declared, what, back=given["back"])
        led: HttpResponse = APIResponse(request, data={"authorize_url": url})
        return led


class LinkedInput(inputs.Input):  # type: ignore[misc]  # untyped package
    provider = inputs.CharField(max_length=20)
    account = inputs.CharField(max_length=191)


class LinkedView(AuthenticatedAPIView):  # type: ignore[misc]  # untyped package
    input_class: ClassVar = {"DELETE": LinkedInput}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return _shown(request)

    def delete(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raises NotFound, Conflict for the last way in, StepUp."""
        fresh_auth.insist(request)
        given = self.input.cleaned_data
        named = (given["provider"], given["account"])
        for row in linked.of(request.user):
            if (row.provider, row.uid) == named:
                sign_in.unlink(request.user, row)
                return _shown(request)
        raise NotFound("You do not sign in with that.")


def _shown(request: Any) -> HttpResponse:
    data = [_told(row) for row in linked.of(request.user)]
    answer: HttpResponse = APIResponse(request, data=data)
    return answer


def _told(row: SocialAccount) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "display": row.extra_data.get("email", ""),
        "provider": told(shelf.named(row.provider)),
    }


def told(provider: Provider) -> dict[str, Any]:
    """As the package tells one."""
    known = {"id": provider.id, "name": provider.name}
    return {**known, "flows": ["provider_redirect"]}


_LINKED = {"account/providers": LinkedView}

urlpatterns = [
    *doors(Client.BROWSER, _LINKED | {"auth/provider/redirect": RedirectView}),
    *doors(Client.APP, _LINKED),
]

from collections.abc import Callable
from typing import Any

from allauth.mfa.webauthn.views import add_webauthn, edit_webauthn, remove_webauthn
from django.urls import include, path
from django.views.generic import RedirectView

from apps.core.verbs import require_http_methods
from apps.mfa import entrance, views
from apps.rbac.declared import fresh, in_person, signed_in

owner = in_person(signed_in)
_form = require_http_methods(["GET", "HEAD", "POST"])
_home = owner(RedirectView.as_view(pattern_name="mfa:factors"))
_again = owner(
    RedirectView.as_view(pattern_name="mfa_reauthenticate", query_string=True)
)


def _changing(page: Callable[..., Any]) -> Callable[..., Any]:
    """A page of allauth's: it would take a password from whoever has a factor. The
    page is marked itself, since the package also has it at an address of its own."""
    return _form(fresh(owner)(page))


# The names and places of allauth's pages.
_entrance = [
    path("", _home, name="mfa_index"),
    path("authenticate/", entrance.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", entrance.reauthenticate, name="mfa_reauthenticate"),
    path("lost/", entrance.lose, name="mfa_lost"),
    path("lost/here/", entrance.lose_here, name="mfa_lost_here"),
    path("lost/<uuid:public_id>/<str:token>/", entrance.stop, name="mfa_lost_cancel"),
    path("webauthn/", _home, name="mfa_list_webauthn"),
    path("webauthn/add/", _changing(add_webauthn), name="mfa_add_webauthn"),
    path("webauthn/reauthenticate/", _again, name="mfa_reauthenticate_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", _changing(remove_webauthn)),
    path("webauthn/keys/<int:pk>/edit/", _changing(edit_webauthn)),
]
_pages = [
    path("", views.factors, name="factors"),
    path("totp/begin/", views.begin_totp, name="totp_begin"),
    path("totp/", views.confirm_totp, name="totp"),
    path("sms/begin/", views.begin_sms, name="sms_begin"),
    path("sms/", views.confirm_sms, name="sms"),
    path("recovery/", views.recovery_codes, name="recovery"),
    path("lost/veto/", views.veto, name="lost_veto"),
    path("trusted/<uuid:public_id>/forget/", views.forget, name="forget"),
    path("<slug:name>/remove/", views.remove, name="remove"),
]

urlpatterns = [
    path("accounts/2fa/", include(_entrance)),
    path("app/settings/security/factors/", include((_pages, "mfa"))),
]

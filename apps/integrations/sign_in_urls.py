"""Signing in with an account elsewhere; the last of them is named by its provider."""

from django.urls import path

from apps.integrations import sign_in_views as views

_SETTINGS = "app/settings/sign-in-accounts/"

urlpatterns = [
    path("accounts/with/prove/", views.prove, name="prove_elsewhere"),
    path("accounts/with/<slug:provider>/", views.begin, name="sign_in_with"),
    path(
        "accounts/with/<slug:provider>/callback/",
        views.callback,
        name="sign_in_with_callback",
    ),
    path(_SETTINGS, views.accounts, name="sign_in_accounts"),
    path(f"{_SETTINGS}<slug:provider>/link/", views.link, name="sign_in_link"),
    path(f"{_SETTINGS}<int:pk>/remove/", views.unlink, name="sign_in_unlink"),
]

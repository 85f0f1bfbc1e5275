"""Somebody is signed in, without going through the pages that have tests of their own."""

from django.test import Client

from apps.accounts import sessions
from apps.accounts.models import LoginSession, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(
    user: User, client: Client | None = None, *, twice: bool = True
) -> Client:
    """`twice`: with a second factor, as operators have to."""
    client = client or Client()
    client.force_login(user, BACKEND)
    if twice:
        prove_twice(client)
    return client


def prove_twice(client: Client) -> None:
    row = LoginSession.objects.get(pk=client.session["sign_in"])
    sessions.proved(row, "totp", twice=True)

"""Whoever has to prove once more who they are reads what for, and can go back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import LoginSession

pytestmark = pytest.mark.django_db


def test_the_page_names_where_it_was_asked_for_and_leads_back(
    as_alice: Client,
) -> None:
    as_alice.get("/app/settings/tokens/")
    LoginSession.objects.update(proved_at=timezone.now() - timedelta(hours=1))
    form = {"name": "home", "days": "30", "scopes": ["notes:read"]}
    answer = as_alice.post("/app/settings/tokens/make/", form)
    page = as_alice.get(answer["Location"]).content.decode()
    assert "You asked for it under API tokens." in page
    assert '<a class="alone" href="/app/settings/tokens/">Back, nothing is done' in page


def test_another_address_leads_nowhere(as_alice: Client) -> None:
    path = "/accounts/reauthenticate/?next=https://evil.example/"
    page = as_alice.get(path).content.decode()
    assert "You asked for it" not in page and 'href="https://evil' not in page

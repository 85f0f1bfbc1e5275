"""A page that is asked for while the database is away says so, and nothing worse."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("path", ["/app/", "/app/conversation/"])
def test_a_signed_in_page_is_503_while_the_database_is_away(
    settings: Settings, path: str
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory.create())
    assert client.get(path).status_code == 200
    connection.close()
    port = connection.settings_dict["PORT"]
    connection.settings_dict["PORT"] = "9"
    try:
        response = client.get(path)
    finally:
        connection.settings_dict["PORT"] = port
    assert response.status_code == 503
    assert "not available right now" in response.content.decode()
    assert client.get(path).status_code == 200

"""Pages for when something is wrong."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core.errors import AppError, NotFound, TooMany, Unavailable
from apps.core.problems import answer

ERRORS = [
    AppError(),
    NotFound("There is no page at this address."),
    Unavailable(),
    TooMany(retry_after=90),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_an_error_is_said_in_words_without_the_database(
    error: AppError, db: None
) -> None:
    # No middleware ran: there is no session, no user and no message store to ask.
    request = RequestFactory().get("/app/")
    with CaptureQueriesContext(connection) as queries:
        response = answer(request, error)
    page = response.content.decode()
    assert response.status_code == error.status
    assert f"<h1>{error.sentence}</h1>" in page
    assert len(queries) == 0
    assert ("90 seconds" in page) == isinstance(error, TooMany)


def test_an_unknown_address_is_a_page_of_ours(db: None) -> None:
    response = Client().get("/there-is-no-such-page")
    assert response.status_code == 404
    assert "There is no page at this address." in response.content.decode()


def test_a_form_without_its_token_explains_itself(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert response.status_code == 403
    assert "open too long" in response.content.decode()


def test_too_many_tries_are_told_to_wait(db: None) -> None:
    client = Client()
    form = {"login": "nobody@example.com", "password": "wrong"}
    statuses = [client.post("/accounts/login/", form).status_code for _ in range(32)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    assert "too often" in client.post("/accounts/login/", form).content.decode()
    cache.clear()


def test_the_policy_is_on_every_page(db: None) -> None:
    for path in ("/", "/accounts/login/", "/dev/phone/", "/nothing", "/admin/login/"):
        policy = Client().get(path)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_a_person_who_is_closed_out_is_told_so(db: None) -> None:
    User.objects.create_user("x@example.com", "a-long-walk-by-the-sea")
    response = Client().get("/accounts/inactive/")
    assert "This account is closed" in response.content.decode()


def test_an_address_that_only_takes_a_form_says_so(as_alice: Client) -> None:
    for path in ("/app/reminders/add/", "/app/settings/tokens/make/"):
        answer = as_alice.get(path)
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        page = answer.content.decode()
        assert "it only takes a form" in page and "Go to your overview" in page

"""Every problem leads to a page that says what it means and what to do."""

import pytest
from django.test import Client

from apps.core import explained, shelves
from tests.portal import problem_codes

pytestmark = pytest.mark.django_db


def test_each_code_is_explained_and_no_other() -> None:
    assert set(explained.every()) == problem_codes.used()


def test_each_code_is_explained_once() -> None:
    found = shelves.across_apps("problem_codes", "PROBLEMS")
    codes = [each.code for each in found]
    assert len(codes) == len(set(codes))
    for each in found:
        for words in (each.title, each.meaning, each.remedy):
            assert words == words.strip() and len(words) > 10, each.code
        assert each.meaning.endswith(".") and each.remedy.endswith(".")


def test_the_type_of_a_problem_is_a_page_that_needs_no_sign_in() -> None:
    refused = Client().get("/api/v1/me").json()
    page = Client().get(refused["type"])
    assert page.status_code == 200
    words = page.content.decode()
    assert "Nobody is signed in" in words and "<code>unauthorized</code>" in words


def test_each_page_can_be_shown_and_found() -> None:
    listed = Client().get("/problems").content.decode()
    for code in explained.every():
        assert f'href="/problems/{code}"' in listed
        assert Client().get(f"/problems/{code}").status_code == 200


@pytest.mark.parametrize("code", ["nothing", "Unauthorized", "not-found"])
def test_an_unknown_code_is_not_there(code: str) -> None:
    assert Client().get(f"/problems/{code}").status_code == 404

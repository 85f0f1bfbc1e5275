"""Lists of the console say what they are, and what it means that they are empty."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.rbac.console.lists import NamedList, RowList
from apps.rbac.console.pages import Page
from apps.sms.models import OutboundText
from tests.assistant.factories import TurnFactory
from tests.rbac.factories import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> User:
    return person("administrator", email="ada@example.com")


def lists(client: Client) -> dict[str, NamedList]:
    """Those that open, by their address."""
    found = {}
    for model in admin.site._registry:
        meta = model._meta
        page = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        answer = client.get(page)
        if answer.status_code == 200 and isinstance(
            answer.context.get("cl"), NamedList
        ):
            found[page] = answer.context["cl"]
    assert len(found) > 30
    return found


def test_a_list_is_called_by_what_stands_in_it(as_ada: Client) -> None:
    page = as_ada.get("/admin/sms/outboundtext/").content.decode()
    assert "<h1>Outbound texts</h1>" in page
    assert "<title>Outbound texts | " in page and "to view" not in page
    assert (
        "<h1>Audit events</h1>"
        in as_ada.get("/admin/rbac/auditevent/").content.decode()
    )
    assert "<h1>Roles</h1>" in as_ada.get("/admin/rbac/role/").content.decode()


def test_no_two_choices_of_a_filter_have_one_name(as_ada: Client) -> None:
    for page, shown in lists(as_ada).items():
        for spec in getattr(shown, "filter_specs", ()):
            names = [str(choice["display"]) for choice in spec.choices(shown)]
            assert len(set(names)) == len(names), (page, names)


def test_each_of_two_states_of_one_name_is_filtered_by(as_ada: Client) -> None:
    listed = "/admin/sms/outboundtext/"
    page = as_ada.get(listed).content.decode()
    for state in (OutboundText.State.FAILED, OutboundText.State.CANCELED):
        choice = f'<a href="?state__exact={state}">Not sent ({state})</a>'
        assert choice in page
        assert as_ada.get(f"{listed}?state__exact={state}").status_code == 200


def test_an_empty_list_says_so_in_a_sentence_of_its_own(as_ada: Client) -> None:
    said = set()
    for page, shown in lists(as_ada).items():
        if not isinstance(shown, RowList) or shown.result_list:
            continue
        words = shown.nothing
        body = as_ada.get(page).content.decode()
        assert words != Page.nothing and words not in said, page
        assert words in body.replace("&#x27;", "'"), page
        assert not re.search(r'class="paginator"', body), page
        said.add(words)
    assert len(said) > 20


def test_nothing_that_fits_leads_back_to_all(as_ada: Client) -> None:
    TurnFactory.create(user=person())
    for asked in ("q=%2B12025550199", "silence__exact=loop"):
        page = as_ada.get(f"/admin/sms/turn/?{asked}").content.decode()
        assert "Nothing fits what you asked for." in page
        assert '<a href="?">Show all</a>' in page


def test_each_cell_of_a_list_has_the_name_of_its_column(as_ada: Client) -> None:
    turn = TurnFactory.create(user=person())
    page = as_ada.get("/admin/sms/turn/").content.decode()
    row = page.partition("<tbody>")[2].partition("</tbody>")[0]
    names = re.findall(r'data-label="([^"]+)"', row)
    assert names == ["ID", "User", "Number", "Started at", "Finished at", "Silence"]
    assert f'data-label="ID"><div><a href="/admin/sms/turn/{turn.pk}/change/' in row


def test_one_button_finds(as_ada: Client) -> None:
    page = as_ada.get("/admin/sms/turn/").content.decode()
    form = page.partition('id="changelist-search"')[2].partition("</form>")[0]
    assert form.count("<button") == 1 and "Search" not in form
    assert ">Find</button>" in form

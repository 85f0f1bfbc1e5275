"""What waits for a yes, and what is switched on, on pages and over the API."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from apps.accounts.models import User
from apps.assistant import features, performing
from apps.assistant.models import Approval, FeatureSetting, StandingApproval
from apps.jobs.models import Job
from tests.assistant.conftest import Phone
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.portal.taking import said

PAGE, FEATURES = "/app/approvals/", "/app/features/"
API = "/api/v1"
SEND = "/gmail/v1/users/me/messages/send"
SENT = "Sent to ana@example.com: the table is booked."
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(alice: User, providers: Simulator) -> Approval:
    connect(alice, providers, "google", ["mail.read", "mail.send"])
    Phone(alice).text("email ana@example.com: the table is booked")
    return Approval.objects.get()


def decide(client: Client, row: Approval, answer: str) -> Any:
    path = f"{PAGE}{row.public_id}/decide/"
    return client.post(path, {"do": answer}, follow=True)


def carry_out() -> None:
    job = Job.objects.get(kind="assistant.perform")
    performing.perform.function(*job.arguments)


def test_nothing_waits_at_first(as_alice: Client) -> None:
    assert "Nothing waits" in as_alice.get(PAGE).content.decode()


def test_a_yes_is_carried_out_and_shown_with_what_became_of_it(
    as_alice: Client,
    asked: Approval,
    providers: Simulator,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(15):
        page = as_alice.get(PAGE).content.decode()
    assert "Send a mail to ana@example.com: the table is booked" in page
    assert f"OK {asked.code}" in page
    assert said(decide(as_alice, asked, "perhaps")) == ["Say yes or no."]
    page = decide(as_alice, asked, "yes").content.decode()
    assert "Being done." in page and "Nothing waits" in page
    carry_out()
    assert SENT in as_alice.get(PAGE).content.decode()
    again = decide(as_alice, asked, "no").content.decode()
    assert "That was decided already." in again
    assert len(providers.requests(SEND)) == 1


def test_a_no_is_the_end_of_it(
    as_alice: Client, asked: Approval, providers: Simulator
) -> None:
    page = decide(as_alice, asked, "no")
    assert "Turned down" in page.content.decode()
    assert not providers.requests(SEND) and not Job.objects.filter(
        kind="assistant.perform"
    )


def test_always_stands_until_it_is_taken_back(
    as_alice: Client, asked: Approval
) -> None:
    page = decide(as_alice, asked, "always").content.decode()
    assert "Not asked about any more" in page
    row = StandingApproval.objects.get()
    page = as_alice.post(f"{PAGE}standing/{row.public_id}/withdraw/", follow=True)
    assert said(page) == ["You are asked again from now on."]
    assert not StandingApproval.objects.exists()


def test_nobody_decides_for_somebody_else(asked: Approval, bob: User) -> None:
    as_bob = Client()
    as_bob.force_login(bob)
    one = f"{API}/approvals/{asked.public_id}"
    assert "Nothing waits" in as_bob.get(PAGE).content.decode()
    path = f"{PAGE}{asked.public_id}/decide/"
    assert as_bob.post(path, {"do": "yes"}).status_code == 404
    assert as_bob.get(one).status_code == 404
    sent = as_bob.post(
        f"{one}/decide", {"decision": "yes"}, content_type="application/json"
    )
    assert sent.status_code == 404
    standing = StandingApproval.objects.create(user=asked.user, tool="x", about="y")
    place = f"{standing.public_id}"
    assert as_bob.post(f"{PAGE}standing/{place}/withdraw/").status_code == 404
    assert as_bob.delete(f"{API}/approvals/standing/{place}").status_code == 404
    asked.refresh_from_db()
    assert not asked.decision and StandingApproval.objects.exists()


def test_an_app_decides_and_reads_what_became_of_it(
    as_alice: Client, asked: Approval
) -> None:
    (waiting,) = as_alice.get(f"{API}/approvals").json()["results"]
    assert waiting["sentence"].startswith("Send a mail to ana@example.com")
    assert (waiting["decision"], waiting["outcome"]) == ("", "")
    one = f"{API}/approvals/{waiting['id']}"

    def answer(decision: str) -> Any:
        sent = {"decision": decision}
        return as_alice.post(f"{one}/decide", sent, content_type="application/json")

    assert answer("perhaps").status_code == 400
    made = answer("always")
    assert (made.status_code, made.json()["decision"]) == (202, "yes")
    assert answer("no").status_code == 409
    carry_out()
    assert as_alice.get(one).json()["outcome"] == SENT
    assert as_alice.get(f"{API}/approvals").json()["results"] == []
    decided = as_alice.get(f"{API}/approvals", {"state": "decided"}).json()
    assert [each["id"] for each in decided["results"]] == [waiting["id"]]
    assert as_alice.get(f"{API}/approvals", {"state": "x"}).status_code == 400
    (standing,) = as_alice.get(f"{API}/approvals/standing").json()["results"]
    gone = as_alice.delete(f"{API}/approvals/standing/{standing['id']}")
    assert gone.status_code == 204


def test_features_say_what_they_need_and_are_switched(
    as_alice: Client, alice: User, providers: Simulator
) -> None:
    page = as_alice.get(FEATURES).content.decode()
    assert "Needs Google or Microsoft." in page and "Needs Notion." in page
    before = page.count("Connect one")
    connect(alice, providers, "google", ["mail.read"])
    page = as_alice.get(FEATURES).content.decode()
    assert "Google (connected)" in page
    assert page.count("Connect one") < before
    switched = as_alice.post(f"{FEATURES}lists/", {"do": "off"}, follow=True)
    assert said(switched) == ["Lists is switched off."]
    assert not features.is_on(alice, "lists")
    assert Phone(alice).text("buy milk").startswith("Lists is switched off for you.")
    as_alice.post(f"{FEATURES}lists/", {"do": "on"})
    assert features.is_on(alice, "lists")
    for key, do in (("lists", "x"), ("nothing", "on")):
        assert as_alice.post(f"{FEATURES}{key}/", {"do": do}).status_code == 404


def test_an_app_switches_features(as_alice: Client, alice: User, bob: User) -> None:
    found = {
        each["key"]: each for each in as_alice.get(f"{API}/features").json()["results"]
    }
    assert found.keys() == features.FEATURES.keys()
    assert (found["lists"]["is_on"], found["lists"]["is_met"]) == (True, True)
    assert (found["mail"]["needs"], found["mail"]["is_met"]) == (
        ["google", "microsoft"],
        False,
    )

    def switch(key: str, **sent: Any) -> Any:
        path = f"{API}/features/{key}"
        return as_alice.patch(path, sent, content_type="application/json")

    assert switch("lists", is_on=False).json()["is_on"] is False
    assert switch("lists").status_code == 400
    assert switch("nothing", is_on=True).status_code == 404
    assert [row.user for row in FeatureSetting.objects.all()] == [alice]


def test_no_model_is_said_to_be_on_where_there_is_none(
    as_alice: Client, settings: Settings
) -> None:
    said_of_it = {"": "None is in use here", "http://model.example/v1": "On"}
    for url, word in said_of_it.items():
        settings.ASSISTANT_LLM_BASE_URL = url
        page = as_alice.get(FEATURES).content.decode()
        line = page.split("<strong>Language model</strong>")[1].split("</p>")[0]
        assert f">{word}</span>" in line

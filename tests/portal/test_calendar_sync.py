"""The page of what is kept in step: started, paused, compared anew, and what lost."""

from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from apps.assistant import events
from apps.assistant.models import Event
from apps.integrations import calendars, connections
from apps.integrations.consents import Channel
from tests.assistant.conftest import Phone, alice, clock, phone_of  # noqa: F401
from tests.assistant.syncs import Pair, paired
from tests.integrations.servers import Simulator
from tests.portal.taking import said
from tests.sign_in import signed_in

PAGE = "/app/calendar/sync/"


@pytest.fixture
def pair(alice: Phone, providers: Simulator) -> Pair:  # noqa: F811
    return paired(alice, providers, "google")


def test_it_is_paused_resumed_and_compared_anew(pair: Pair) -> None:
    app = signed_in(pair.user)
    assert "Being compared" in app.get(PAGE).content.decode()
    pair.run()
    assert "In step" in app.get(PAGE).content.decode()
    one = f"{PAGE}{pair.sync.public_id}/"
    assert said(app.post(one, {"do": "pause"}, follow=True))[0].startswith("Paused")
    assert pair.fresh.state == "paused"
    app.post(one, {"do": "resume"})
    assert pair.fresh.state == "on"
    app.post(one, {"do": "again"})
    assert pair.fresh.whole_at is None
    assert app.post(one, {"do": "x"}).status_code == 400


def test_who_has_disconnected_it_is_told_so(pair: Pair) -> None:
    pair.run()
    app = signed_in(pair.user)
    connections.disconnect(row=pair.sync.connection, channel=Channel.PORTAL)
    page = app.get(PAGE).content.decode()
    assert "In step" not in page and "Disconnected" in page


def test_it_is_started_with_an_account_of_ones_own(
    pair: Pair, phone_of: Callable[..., Phone]  # noqa: F811
) -> None:
    app, connection = signed_in(pair.user), pair.sync.connection
    pair.sync.delete()
    assert "Keep in step" in app.get(PAGE).content.decode()
    start = f"{PAGE}with/{connection.public_id}/"
    assert signed_in(phone_of("Bob").user).post(start).status_code == 404
    assert said(app.post(start, follow=True))[0].startswith(
        "Being compared with Google"
    )


def test_what_lost_is_shown_and_brought_back(
    pair: Pair, clock: time_machine.Traveller  # noqa: F811
) -> None:
    pair.run()
    app = signed_in(pair.user)
    row = Event.objects.get(title="Cinema")
    calendars.of(pair.user)[0].update(pair.remote_of("Cinema").id, title="Theirs")
    clock.shift(60)
    events.change(row=row, title="Ours")
    pair.run()
    page = app.get(PAGE).content.decode()
    assert (
        "Changed on both sides. The change there was earlier and lost: Theirs" in page
    )
    settle = f"{PAGE}events/{pair.link(row).public_id}/"
    assert Client().post(settle).status_code == 302
    answer = app.post(settle, {"do": "bring_back"}, follow=True)
    assert said(answer) == ["Brought back: Theirs."]
    row.refresh_from_db()
    assert row.title == "Theirs"
    assert app.post(settle, {"do": "fine"}, follow=True).status_code == 200

"""What a person can do with a connection, and what ends when it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.accounts import panic
from apps.accounts.models import User
from apps.core import rotation, vault
from apps.core.errors import Conflict, NotFound
from apps.integrations import connections, granted
from apps.integrations import provider as shelf
from apps.integrations import revoking, tokens
from apps.integrations.consents import Channel
from apps.integrations.handshake import Grant, Purpose
from apps.integrations.models import (
    Connection,
    Consent,
    OAuthEvent,
    Revocation,
    Token,
)
from apps.integrations.models.token import Secrets
from apps.jobs import leases, runner
from tests import races
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db
READ = "calendar.read"


def work() -> None:
    while (lease := leases.claim("mail")) is not None:
        runner.run(lease)


def revocations(providers: Simulator) -> int:
    return len(providers.requests("/revoke"))


@pytest.fixture
def google(alice: User, providers: Simulator) -> Connection:
    return connect(alice, providers)


def test_a_pause_stops_everything_and_ends(google: Connection) -> None:
    connections.pause(row=google, channel=Channel.PORTAL)
    with pytest.raises(tokens.NotUsable, match="You paused it"):
        tokens.bearer(google)
    with pytest.raises(Conflict):
        connections.pause(row=google, channel=Channel.PORTAL)
    connections.resume(row=google, channel=Channel.PORTAL)
    assert tokens.bearer(google).value
    said = Consent.objects.order_by("id").values_list("event", flat=True)
    assert list(said) == ["asked", "granted", "paused", "resumed"]


def test_what_we_paused_nobody_resumes_but_we(google: Connection, bob: User) -> None:
    operator = Connection.Reason.OPERATOR
    connections.pause(row=google, channel=Channel.OPERATOR, reason=operator, by=bob)
    with pytest.raises(Conflict, match="paused by us"):
        connections.resume(row=google, channel=Channel.PORTAL)
    connections.resume(row=google, channel=Channel.OPERATOR, by=bob)
    assert Consent.objects.latest("id").actor_id == bob.pk


def test_what_we_paused_stays_so_whatever_is_allowed_there(
    alice: User, bob: User, google: Connection, providers: Simulator
) -> None:
    operator = Connection.Reason.OPERATOR
    connections.pause(row=google, channel=Channel.OPERATOR, reason=operator, by=bob)
    page = signed_in(alice).post(
        "/app/connections/google/connect/",
        {"features": ["mail.send"], "connection": str(google.public_id)},
        follow=True,
    )
    assert "It was paused by us. Ask us why." in page.content.decode()
    for _ in range(2):
        row = connect(alice, providers)
        assert row == google
        assert (row.status, row.reason) == ("paused", "operator")
        with pytest.raises(tokens.NotUsable, match="paused by us"):
            tokens.bearer(row)
        connections.disconnect(row=row, channel=Channel.PORTAL)
    row = connect(alice, providers)
    connections.resume(row=row, channel=Channel.OPERATOR, by=bob)
    assert tokens.bearer(row).value
    connections.disconnect(row=row, channel=Channel.PORTAL)
    assert connect(alice, providers).status == "connected"


def test_we_pause_also_what_its_person_paused(google: Connection, bob: User) -> None:
    connections.pause(row=google, channel=Channel.PORTAL)
    operator = Connection.Reason.OPERATOR
    connections.pause(row=google, channel=Channel.OPERATOR, reason=operator, by=bob)
    with pytest.raises(Conflict, match="paused by us"):
        connections.resume(row=google, channel=Channel.PORTAL)


def test_a_connection_that_vanished_is_not_connected(google: Connection) -> None:
    """With its person, in the middle of a call."""
    before = tokens.bearer(google)
    Connection.objects.filter(pk=google.pk).delete()
    for asks in (
        lambda: tokens.bearer(google),
        lambda: tokens.again(google, before),
        lambda: tokens.renew_now(google),
    ):
        with pytest.raises(tokens.NotUsable, match="not connected"):
            asks()


def test_a_feature_is_switched_off_and_the_last_one_is_not(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, features=[READ, "mail.send"])
    connections.switch_off(row=row, feature="mail.send", channel=Channel.PORTAL)
    row.refresh_from_db()
    assert row.features == [READ]
    with pytest.raises(Conflict):
        connections.switch_off(row=row, feature=READ, channel=Channel.PORTAL)
    with pytest.raises(NotFound):
        connections.switch_off(row=row, feature="mail.read", channel=Channel.PORTAL)


def test_disconnecting_takes_the_secrets_and_the_grant(
    alice: User, google: Connection, providers: Simulator
) -> None:
    connections.disconnect(row=google, channel=Channel.PORTAL)
    assert not Token.objects.exists()
    assert granted.of(google) == []
    assert not Connection.objects.owned_by(alice).exists()
    work()
    assert revocations(providers) == 1
    assert providers.tokens()["refresh"] == []
    assert not Revocation.objects.exists()
    with pytest.raises(NotFound):
        connections.disconnect(row=google, channel=Channel.PORTAL)


def test_a_grant_is_not_taken_back_where_that_would_end_another(
    alice: User, bob: User, google: Connection, providers: Simulator
) -> None:
    """Google's and YouTube's of one project are one grant, whoever's they are."""
    connect(alice, providers, "youtube", ["videos.read"])
    theirs = connect(bob, providers, account="alice@example.com")
    connections.disconnect(row=google, channel=Channel.PORTAL)
    work()
    assert revocations(providers) == 0
    assert tokens.bearer(theirs).value
    outcome = OAuthEvent.objects.filter(kind="revoke").get().outcome
    assert outcome == "shared"


def test_the_last_one_takes_the_grant_along(
    alice: User, google: Connection, providers: Simulator
) -> None:
    youtube = connect(alice, providers, "youtube", ["videos.read"])
    for row, taken_back in ((google, 0), (youtube, 1)):
        connections.disconnect(row=row, channel=Channel.PORTAL)
        work()
        assert revocations(providers) == taken_back
    assert providers.tokens()["refresh"] == []


def test_a_provider_that_is_away_is_asked_again(
    google: Connection, providers: Simulator
) -> None:
    providers.order("fault", path="/revoke", kind="answer", status=503)
    connections.disconnect(row=google, channel=Channel.PORTAL)
    work()
    row = Revocation.objects.get()
    assert providers.tokens()["refresh"] != []
    for token in providers.tokens()["refresh"]:
        assert token not in row.sealed
    revoking.revoke(str(row.pk))
    assert providers.tokens()["refresh"] == []
    assert not Revocation.objects.exists()


def test_microsoft_has_no_address_for_it_and_that_is_on_record(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, "microsoft", [READ])
    connections.disconnect(row=row, channel=Channel.PORTAL)
    work()
    assert OAuthEvent.objects.filter(kind="revoke").get().outcome == "no_address"
    assert not Token.objects.exists()


def test_what_was_given_up_is_connected_anew_with_what_is_chosen_then(
    alice: User, providers: Simulator
) -> None:
    row = connect(alice, providers, features=[READ, "mail.send"])
    connections.disconnect(row=row, channel=Channel.PORTAL)
    again = connect(alice, providers)
    assert again.pk == row.pk
    assert again.features == [READ]
    assert again.status == "connected"


def test_whoever_stops_everything_stops_this_too(
    alice: User, google: Connection
) -> None:
    panic.begin(alice)
    google.refresh_from_db()
    assert (google.status, google.reason) == ("paused", "panic")
    with pytest.raises(tokens.NotUsable):
        tokens.bearer(google)


def test_keys_are_rotated_while_tokens_are_used(
    google: Connection, settings: Any
) -> None:
    before = tokens.bearer(google)
    old = settings.FIELD_ENCRYPTION_KEYS
    new = "k9:" + "A" * 43 + "="
    settings.FIELD_ENCRYPTION_KEYS = f"{new},{old}"
    assert tokens.bearer(google) == before
    sealed = {each.kind: each for each in rotation.every()}["integrations.token.sealed"]
    outcome = [became for _, became in rotation.rotate(sealed)]
    assert outcome == [rotation.Became.RESEALED]
    settings.FIELD_ENCRYPTION_KEYS = new
    assert vault.names() == ["k9"]
    assert tokens.bearer(google) == before


def test_a_token_moved_to_another_person_does_not_open(
    google: Connection, bob: User
) -> None:
    Connection.objects.filter(pk=google.pk).update(user=bob)
    with pytest.raises(vault.Unreadable):
        Token.objects.select_related("connection").get().open()


def test_revoke_all_ends_every_connection_of_a_provider(
    alice: User, bob: User, google: Connection, providers: Simulator
) -> None:
    theirs = connect(bob, providers)
    kept = connect(alice, providers, "notion", ["pages.read"])
    with pytest.raises(CommandError, match="--yes"):
        call_command("revoke_all", "google")
    assert Connection.objects.live().count() == 3
    call_command("revoke_all", "google", "--yes")
    assert list(Connection.objects.live()) == [kept]
    assert {row.reason for row in Connection.objects.filter(provider="google")} == {
        "revoked"
    }
    work()
    assert revocations(providers) == 2
    told = {(letter.to[0], letter.subject) for letter in mail.outbox}
    assert told == {
        (address, "A connection was ended")
        for address in ("alice@example.com", "bob@example.com")
    }
    assert theirs.pk != google.pk


def test_revoke_all_of_a_provider_that_there_is_not(db: None) -> None:
    with pytest.raises(CommandError, match="google, microsoft, notion, youtube"):
        call_command("revoke_all", "gogle", "--yes")


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_renewal_and_a_disconnect_leave_nothing_behind(
        self, alice: User, providers: Simulator
    ) -> None:
        row = connect(alice, providers, "notion", ["pages.read"])
        providers.order("fault", path="/v1/oauth/token", kind="hang", seconds=0.4)

        def renew() -> None:
            tokens.renew_now(row)

        def end() -> None:
            connections.disconnect(row=row, channel=Channel.PORTAL)

        turns = iter([renew, end])
        races.together(2, lambda: next(turns)())
        assert not Token.objects.exists()
        row.refresh_from_db()
        assert row.status == "ended"

    def test_handshakes_that_come_back_at_once_keep_to_the_limit(
        self, alice: User, providers: Simulator
    ) -> None:
        google = shelf.named("google")
        numbers = iter(range(12))

        def arrive() -> None:
            uid = f"account-{next(numbers)}"
            purpose = Purpose(alice.pk, [READ], google.scopes_for([READ]), "portal")
            later = timezone.now() + timedelta(hours=1)
            secrets = Secrets("a", "r")
            grant = Grant(purpose, uid, uid, secrets, purpose.scopes, later)
            connections.connected(user=alice, provider=google, grant=grant)

        found = races.together(12, arrive)
        assert sum(isinstance(each, Conflict) for each in found) == 8
        assert Connection.objects.owned_by(alice).count() == 4

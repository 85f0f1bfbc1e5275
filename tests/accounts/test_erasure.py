"""Two weeks after somebody closed their account there is nothing left of them.

Looked for in a real dump of the database, and in Redis.
"""

import os
import subprocess
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection
from guardian.models import UserObjectPermission

from apps.accounts import closing, erasure, exports, personal_tokens, suspension
from apps.accounts.models import (
    EmailChange,
    ExportPart,
    LoginSession,
    ReadNotification,
    User,
)
from apps.assistant import offers
from apps.assistant.models import (
    Approval,
    Block,
    Brief,
    Conversation,
    Event,
    Fact,
    FeatureSetting,
    List,
    ListItem,
    Note,
    Reminder,
    Report,
    StandingApproval,
    Summary,
    Sync,
    SyncLink,
    Thought,
    ToolCall,
)
from apps.core import dossier
from apps.core.kinds import Queue
from apps.integrations import consents, granted, history
from apps.integrations.models import Connection, Token
from apps.integrations.models.token import Secrets
from apps.jobs import jobs, leases, runner, sweeper
from apps.jobs.models import (
    Alert,
    Job,
    JobFailure,
    Letter,
    Suppression,
    UnwantedLetters,
)
from apps.mfa import enrolment, lost
from apps.mfa.models import Challenge, FactorState, WrongCodes
from apps.portal import demo
from apps.rbac import assignments, audit, ledger, person_keys, shares
from apps.rbac.models import AuditEvent
from apps.sms import linking
from apps.sms.models import (
    DeliveryEvent,
    InboundText,
    Lane,
    MediaFile,
    OptOut,
    OutboundText,
    PhoneChange,
    PhoneNumber,
    RouterConfig,
    RouterVersion,
    SimulatedLine,
    SimulatedText,
    TextedCode,
    Turn,
)
from apps.webhooks import endpoints
from apps.webhooks.models import Delivery, News
from config.embedded import postgres
from tests.factories import PASSWORD
from tests.jobs import workers
from tests.mfa.conftest import app_of, phone_of
from tests.rbac.factories import ThingFactory, person, role
from tests.rbac.things.models import ThingUserShare
from tests.sign_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
API, NUMBER = "/api/v1/me/close", "+12025550101"
BROWSER = "Mozilla/5.0 (X11; Linux) Zanzibrowser/7.0 Firefox/156.0"
# What tells of Alice, wherever it may lie.
WORDS = (
    "alice@example.com",
    "wilhelmina@example.org",
    "former@example.net",
    "Alice Archer",
    NUMBER,
    "2025550101",
    "198.51.100.77",
    "Zanzibrowser",
    "zebra-label",
    "zebra-reminder",
    "zebra-approval",
    "zebra-standing",
    "zebra-thought",
    "zebra-list",
    "zebra-item",
    "zebra-note",
    "zebra-subject",
    "zebra-fact",
    "zebra-summary",
    "zebra-report",
    "zebra-question",
    "zebra-overflow",
    "zebra-from-a-stranger",
    "zebra-to-a-stranger",
    "zebra-reason-for-a-role",
    "zebra-thing",
    "zebra-picture",
    "zebra-passkey",
    "zebra-log-entry",
    "zebra-workspace",
    "zebra-account",
    "call Ana",
    "book the dentist",
)


@pytest.fixture
def alice(transactional_db: None) -> User:
    demo.people()
    demo.history()
    ada = User.objects.get(email="ada@example.com")
    bob = User.objects.get(email="bob@example.com")
    alice = User.objects.get(email="alice@example.com")
    _signs_in(alice)
    _has_addresses(alice)
    _has_factors(alice)
    _has_webhooks(alice)
    _texts(alice)
    _holds(alice, ada, bob)
    _connects(alice)
    _asks(alice)
    return alice


def _signs_in(alice: User) -> None:
    client = Client(REMOTE_ADDR="198.51.100.77", HTTP_USER_AGENT=BROWSER)
    form = {"login": alice.email, "password": PASSWORD}
    client.post("/accounts/login/", form)
    assert client.get("/app/").status_code == 200
    client.post("/accounts/login/", {**form, "password": "wrong"})


def _has_addresses(alice: User) -> None:
    address = EmailAddress.objects.create(user=alice, email="wilhelmina@example.org")
    EmailConfirmation.objects.create(
        email_address=address, key="k", created=timezone.now()
    )
    EmailChange.objects.create(
        user=alice, old="former@example.net", new=alice.email, key_digest="d"
    )
    ReadNotification.objects.create(user=alice, key="text-1")
    personal_tokens.make(user=alice, name="Alice Archer", scopes=["notes:read"])


def _has_webhooks(alice: User) -> None:
    row, _ = endpoints.make(
        user=alice,
        url="https://wilhelmina.example.org/in",
        types=["message.sent"],
        name="Alice Archer",
    )
    Delivery.objects.create(
        endpoint=row,
        type="message.sent",
        happened_at=timezone.now(),
        answer="thank you, Alice Archer",
    )
    News.objects.create(user_id=alice.pk, about="in", at=timezone.now())


def _has_factors(alice: User) -> None:
    app_of(alice)
    phone_of(alice)
    enrolment.new_recovery_codes(user=alice)
    lost.begin(user=alice)
    FactorState.objects.get_or_create(user=alice)
    WrongCodes.objects.charge(alice, is_known=True)
    Authenticator.objects.create(
        user=alice,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "zebra-passkey", "credential": {}},
    )
    Challenge.objects.create(
        user=alice, factor="totp", purpose="login", expires_at=timezone.now()
    )


def _texts(alice: User) -> None:
    PhoneNumber.objects.filter(user=alice).update(label="zebra-label")
    linking.phrase_for(alice)
    lane, _ = Lane.objects.get_or_create(key=f"n:{NUMBER}")
    turn = Turn.objects.create(
        lane=lane,
        number=NUMBER,
        our_number="+1",
        request_id="r",
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    InboundText.objects.create(
        sid="SM1",
        lane=lane,
        turn=turn,
        number=NUMBER,
        our_number="+1",
        body="zebra-from-a-stranger",
        request_id="r",
    )
    OutboundText.objects.create(
        lane=lane,
        turn=turn,
        kind="guidance",
        number=NUMBER,
        our_number="+1",
        body="zebra-to-a-stranger",
        encoding="GSM-7",
        segments=1,
        request_id="r",
        state="sent",
    )
    phone = PhoneNumber.objects.get(user=alice)
    PhoneChange.objects.create(user=alice, phone=phone, ends_at=timezone.now())
    TextedCode.objects.create(
        user=alice, phone=phone, area="+1202", expires_at=timezone.now()
    )
    own = InboundText.objects.filter(user=alice).earliest("pk")
    MediaFile.objects.create(user=alice, text=own, position=0, content=b"zebra-picture")
    row = RouterConfig.objects.earliest("pk")
    RouterVersion.objects.create(
        config=row, version=9, config_value=1, is_active=True, changed_by=alice
    )
    text = OutboundText.objects.filter(user=alice).first()
    DeliveryEvent.objects.create(text=text, sid="SM2", status="sent")
    OptOut.objects.create(our_number="+1", number=NUMBER, is_out=True, source="text")
    SimulatedLine.objects.create(number=NUMBER)
    SimulatedText.objects.create(
        sid="SM3", number=NUMBER, our_number="+1", body="zebra-to-a-stranger"
    )
    Conversation.objects.update_or_create(
        user=alice,
        defaults={
            "question": {"text": "zebra-question"},
            "overflow": "zebra-overflow",
        },
    )
    Reminder.objects.create(
        user=alice, text="zebra-reminder", due_at=timezone.now(), zone="UTC"
    )
    _approves(alice)


def _approves(alice: User) -> None:
    call = ToolCall.objects.filter(user=alice).earliest("pk")
    Approval.objects.create(
        call=call,
        user=alice,
        code="7K",
        sentence="zebra-approval",
        about="zebra-approval",
        asked_at=timezone.now(),
        expires_at=timezone.now(),
    )
    StandingApproval.objects.create(user=alice, tool="x", about="zebra-standing")
    groceries = List.objects.create(user=alice, name="zebra-list", key="zebra-list")
    ListItem.objects.create(list=groceries, user=alice, text="zebra-item")
    Event.objects.create(
        user=alice,
        title="zebra-event",
        zone="UTC",
        starts_at=timezone.now(),
        ends_at=timezone.now(),
    )
    Note.objects.create(user=alice, text="zebra-note")
    Fact.objects.create(user=alice, subject="zebra-subject", text="zebra-fact")
    Thought.objects.create(
        turn=call.turn,
        user=alice,
        text_id=1,
        model="m",
        outcome="answered",
        said="zebra-thought",
        at=timezone.now(),
    )
    Summary.objects.create(user=alice, words="zebra-summary", until=1)
    Brief.objects.create(user=alice, at=time(7, 30))
    Report.objects.create(user=alice, words="zebra-report", reported_at=timezone.now())
    FeatureSetting.objects.create(user=alice, feature="mail", is_on=False)


def _holds(alice: User, ada: User, bob: User) -> None:
    assignments.grant(
        by=ada, user=alice, role=role("premium"), reason="zebra-reason-for-a-role"
    )
    thing = ThingFactory.create(user=alice, name="zebra-thing")
    _shares(alice, bob)
    shares.share(by=alice, obj=thing, user=bob, level="view")
    shares.share(by=bob, obj=ThingFactory.create(user=bob), user=alice, level="view")
    kind = ContentType.objects.get_for_model(User)
    right = Permission.objects.filter(content_type=kind).first()
    assert right is not None
    alice.user_permissions.add(right)
    UserObjectPermission.objects.create(
        user=alice, permission=right, content_type=kind, object_pk=str(bob.pk)
    )
    LogEntry.objects.create(
        user=alice,
        content_type=kind,
        action_flag=ADDITION,
        object_repr="zebra-log-entry",
    )
    Alert.objects.create(mark="m", title="t", severity="warn", acknowledged_by=alice)
    UnwantedLetters.objects.create(person=alice, category="alerts")
    Letter.objects.create(to="Alice@Example.com", name="zebra-log-entry", state="sent")
    Suppression.objects.create(address="alice@example.com", why="bounce")
    audit.done(
        "accounts.user.change",
        actor=ada,
        subject=alice,
        words="zebra-reason-for-a-role",
    )


def _shares(alice: User, bob: User) -> None:
    """To her; and what she offers."""
    EmailAddress.objects.filter(user=bob).update(verified=True)
    note = Note.objects.get(user=alice)
    offers.make(by=alice, thing=note, to=bob.email, level="view")
    for model in (List, Note):
        row = model.objects.create(user=bob)
        shares.share(by=bob, obj=row, user=alice, level="view")
    calendar = offers.calendar(bob)
    shares.share(by=bob, obj=calendar, user=alice, level="view")
    offers.calendar(alice)
    charlie = User.objects.get(email="charlie@example.com")
    Block.objects.create(user=alice, blocked=charlie)


def _connects(alice: User) -> None:
    now = timezone.now()
    row = Connection.objects.create(
        user=alice,
        provider="notion",
        uid="zebra-account",
        label="zebra-workspace",
        features=["pages.read"],
        connected_at=now,
    )
    token = Token(connection=row, refreshed_at=now)
    token.seal(Secrets("access", "refresh"))
    token.save()
    granted.record(row, ["zebra-account"])
    notion = row.declared
    told: dict[str, Any] = {"provider": notion, "connection": row}
    consents.record("granted", user=alice, channel="portal", **told)
    history.record("connected", outcome="connected", **told)
    sync = Sync.objects.create(
        user=alice, connection=row, remote_id="zebra-calendar", next_at=now
    )
    event = Event.objects.get(user=alice, title="zebra-event")
    SyncLink.objects.create(user=alice, sync=sync, event=event, remote_id="zebra-there")
    SocialAccount.objects.create(
        user=alice, provider="google", uid="zebra-account", extra_data={}
    )


def test_nothing_is_disconnected_before_its_time(alice: User) -> None:
    """By the job of a closing that was undone, and followed by another."""
    User.objects.filter(pk=alice.pk).update(
        is_active=False, closed_at=timezone.now() - timedelta(days=1)
    )
    erasure.erase(alice.pk)
    assert Connection.objects.get(user=alice).status != "ended"


def _asks(alice: User) -> None:
    exports.ask(user=alice)
    _work()
    job = Job.objects.filter(asked_by=alice).first()
    assert job is not None
    JobFailure.objects.create(job=job, attempt=1, how="failed")


def _work() -> None:
    while (lease := leases.claim(Queue.BULK)) is not None:
        runner.run(lease)


def _closed_long_ago(user: User) -> None:
    """By the database's clock; what is due by then is done."""
    closing.close(user=user)
    long_ago = timezone.now() - erasure.GRACE - timedelta(seconds=1)
    User.objects.filter(pk=user.pk).update(closed_at=long_ago)
    Job.objects.filter(kind="accounts.erase").update(due_at=long_ago)


def _dump() -> str:
    found = connection.get_connection_params()
    command = [
        str(postgres.programs() / "pg_dump"),
        "--host",
        found["host"],
        "--port",
        str(found.get("port", 5432)),
        "--username",
        found["user"],
        found["dbname"],
    ]
    environment = {**os.environ, "PGPASSWORD": found["password"]}
    made = subprocess.run(command, env=environment, capture_output=True, check=True)
    return made.stdout.decode()


def _redis() -> Iterator[str]:
    redis = get_redis_connection()
    for key in redis.scan_iter("*"):
        yield key.decode("latin-1") + (redis.dump(key) or b"").decode("latin-1")


def _told(whole: str) -> set[str]:
    """As it is, and as PostgreSQL writes bytes."""
    return {
        word for word in WORDS if word in whole or word.encode().hex() in whole.lower()
    }


def _rows_of(kept: dossier.Kept, user: User) -> Any:
    return kept.model._base_manager.filter(**{kept.ways[0]: user})


def test_nothing_of_them_is_left_in_the_dump_nor_in_redis(alice: User) -> None:
    owned = [k for k in dossier.every() if k.model is not User and k.is_owned(User)]
    assert [k.model for k in owned if not _rows_of(k, alice).exists()] == []
    assert _told(_dump()) == set(WORDS)
    others = _others()
    _closed_long_ago(alice)
    _work()
    assert not User.objects.filter(pk=alice.pk).exists()
    assert _told(_dump()) == set()
    assert _told("".join(_redis())) == set()
    assert not ExportPart.objects.exists()
    assert _others() == others


def _others() -> list[tuple[str, int]]:
    """How much there is of Bob, Charlie and Ada."""
    rest = User.objects.exclude(email="alice@example.com").order_by("pk")
    owned = [k for k in dossier.every() if k.model is not User and k.is_owned(User)]
    return [
        (kept.called, _rows_of(kept, user).count())
        for user in rest
        for kept in owned
        if kept.model is not ThingUserShare
    ]


def test_the_record_holds_and_tells_nothing_of_them(alice: User) -> None:
    _closed_long_ago(alice)
    _work()
    about = AuditEvent.objects.about(alice.pk)
    assert about.filter(action="accounts.user.erase").count() == 1
    assert about.exclude(details=None).exists()
    for _, opened in ledger.opened(about):
        assert not opened.details
    assert person_keys.for_reading([alice.pk]) == {}


def test_the_number_and_the_address_are_free_for_somebody_else(alice: User) -> None:
    _closed_long_ago(alice)
    _work()
    again = person(email="alice@example.com")
    PhoneNumber.objects.create(
        user=again, e164=NUMBER, status="verified", verified_at=timezone.now()
    )
    assert again.pk != alice.pk


def test_a_number_that_somebody_else_has_by_now_keeps_what_is_theirs(
    alice: User,
) -> None:
    PhoneNumber.objects.filter(user=alice).update(status="released", is_primary=False)
    bob = User.objects.get(email="bob@example.com")
    PhoneNumber.objects.create(
        user=bob, e164=NUMBER, status="verified", verified_at=timezone.now()
    )
    _closed_long_ago(alice)
    _work()
    assert OptOut.objects.filter(number=NUMBER).exists()
    assert InboundText.objects.filter(body="zebra-from-a-stranger").exists()
    assert not InboundText.objects.filter(user_id=alice.pk).exists()


def test_a_number_that_was_only_claimed_takes_nothing_along(alice: User) -> None:
    OptOut.objects.create(
        our_number="+1", number="+12025550188", is_out=True, source="text"
    )
    PhoneNumber.objects.create(user=alice, e164="+12025550188")
    _closed_long_ago(alice)
    _work()
    assert OptOut.objects.filter(number="+12025550188").exists()


def test_before_two_weeks_are_over_nothing_is_erased(alice: User) -> None:
    closing.close(user=alice)
    [job] = Job.objects.filter(kind="accounts.erase")
    assert abs(job.due_at - timezone.now() - erasure.GRACE) < timedelta(minutes=1)
    erasure.erase(alice.pk)
    assert Reminder.objects.filter(user=alice).exists()


def test_who_came_back_is_not_erased_and_who_closed_again_not_too_early(
    alice: User,
) -> None:
    closing.close(user=alice)
    assert closing.reopen(user=alice)
    Job.objects.filter(kind="accounts.erase").update(due_at=timezone.now())
    _work()
    assert User.objects.get(pk=alice.pk).is_active
    closing.close(user=alice)
    erasure.erase(alice.pk)
    assert User.objects.filter(pk=alice.pk).exists()


def test_who_is_suspended_after_closing_is_kept(alice: User) -> None:
    _closed_long_ago(alice)
    ada = User.objects.get(email="ada@example.com")
    suspension.suspend(by=ada, user=alice, reason="fled from us")
    _work()
    assert User.objects.filter(pk=alice.pk).exists()


def test_one_whose_job_was_cancelled_is_asked_for_again(alice: User) -> None:
    closing.close(user=alice)
    job = Job.objects.get(kind="accounts.erase")
    jobs.cancel(job.pk)
    erasure.erase_due()
    assert Job.objects.filter(kind="accounts.erase").count() == 1
    User.objects.filter(pk=alice.pk).update(closed_at=timezone.now() - erasure.GRACE)
    for _ in range(2):
        erasure.erase_due()
    again = Job.objects.get(kind="accounts.erase", state="waiting")
    assert again.arguments == [alice.pk]
    # What fails for good is in the list of those, and not begun over and over.
    Job.objects.update(state="dead")
    erasure.erase_due()
    assert not Job.objects.filter(state="waiting").exists()


def test_the_api_closes_with_a_fresh_proof(alice: User) -> None:
    client = signed_in(alice)
    LoginSession.objects.filter(user=alice).update(
        proved_at=timezone.now() - timedelta(hours=1), proved_twice_at=None
    )
    assert client.post(API, {}, "application/json").json()["code"] == "step_up"
    client = signed_in(alice)
    assert client.post(API, {}, "application/json").status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert Job.objects.filter(kind="accounts.erase", arguments=[alice.pk]).exists()


def test_the_last_administrator_is_not_erased(alice: User) -> None:
    ada = User.objects.get(email="ada@example.com")
    answer = signed_in(ada).post(API, {}, "application/json")
    assert answer.status_code == 409
    assert not Job.objects.filter(kind="accounts.erase").exists()


def test_twice_does_no_harm(alice: User) -> None:
    _closed_long_ago(alice)
    erasure.erase(alice.pk)
    erasure.erase(alice.pk)
    assert not User.objects.filter(pk=alice.pk).exists()
    assert (
        AuditEvent.objects.about(alice.pk).filter(action="accounts.user.erase").count()
        == 1
    )


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_ends_it(
    alice: User,
) -> None:
    text = OutboundText.objects.filter(user=alice).first()
    assert text is not None
    many = 20_000
    OutboundText.objects.bulk_create(
        (
            OutboundText(
                lane=text.lane,
                user=alice,
                kind="notice",
                number=NUMBER,
                our_number="+1",
                body="zebra",
                encoding="GSM-7",
                segments=1,
                state="sent",
            )
            for _ in range(many)
        ),
        batch_size=5_000,
    )
    left = OutboundText.objects.filter(user_id=alice.pk)
    _closed_long_ago(alice)
    with workers.running(workers.PLAIN) as [worker]:
        workers.wait_until(lambda: left.count() < many)
        workers.kill(worker)
    assert left.exists() and User.objects.filter(pk=alice.pk).exists()
    with workers.running(workers.PLAIN):
        workers.wait_until(lambda: _swept() and _is_gone(alice), seconds=60)
    assert _told(_dump()) == set()


def _swept() -> bool:
    sweeper.sweep()
    return True


def _is_gone(user: User) -> bool:
    return not User.objects.filter(pk=user.pk).exists()

"""What has to have happened for an example to be true; and what stands in the place of
codes and keys that an example cannot know."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.utils import timezone

from apps.accounts import profile, suspension, time_zones
from apps.accounts.models import User
from apps.analytics import draining
from apps.assistant import offers, syncing
from apps.assistant.examples import in_step as steps
from apps.assistant.models import Note, Sync, SyncLink
from apps.core import example as shelf
from apps.core import opaque
from apps.core.example import whole
from apps.core.kinds import Queue
from apps.integrations import breaker, notebooks, provider
from apps.integrations.examples.signing_in import LINKED
from apps.jobs import leases, runner
from apps.mfa import enrolment
from apps.mfa import examples as factors
from apps.mfa import lost
from apps.mfa.models import TOTPDevice
from apps.rbac.models import AuditSeal
from apps.sms import numbers, texted_codes
from apps.sms.models import PhoneNumber
from tests.api import operated, rows, texts
from tests.api.app import App
from tests.api.passkey import Passkey, swaps
from tests.factories import PASSWORD
from tests.integrations import accounts
from tests.integrations.connecting import connect
from tests.integrations.servers import Simulator
from tests.mfa.conftest import app_of, phone_of, texted

Swaps = dict[str, str]
# As the examples have them.
CODE, KEY, RESET_KEY = "482913", "K7QXM2", "1-cz2k4e-5b7f0d9e8c1a3f6b2d4e"
REFRESH_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ0eXAiOiJyZWZyZXNoIn0.c2lnbmVk"


class Stage:
    """Alice, the app that asks (hers, unless only an operator may), and the providers."""

    def __init__(self, alice: User, providers: Simulator) -> None:
        self.alice, self.providers = alice, providers
        self.app = App(alice)
        self.headers: dict[str, str] = {}


def texted_us(stage: Stage) -> Swaps:
    """From her phone, which is the one of the example."""
    texts.texted(stage.alice)
    return {}


def linked_a_phone(stage: Stage) -> Swaps:
    numbers.verify(user=stage.alice, e164="+12025550123")
    return {}


def said_something(stage: Stage) -> Swaps:
    rows.message(stage.alice)
    return {}


def begun_app(stage: Stage) -> Swaps:
    enrolment.begin_totp(user=stage.alice)
    return {CODE: TOTPDevice.objects.get(user=stage.alice).code()}


def with_app(stage: Stage) -> Swaps:
    app_of(stage.alice)
    return {}


def with_texts(stage: Stage) -> Swaps:
    app_of(stage.alice)
    phone_of(stage.alice)
    return {}


def asked_for_text(stage: Stage) -> Swaps:
    phone = rows.phone(stage.alice)["public_id"]
    stage.app.ask("post", whole("me/mfa/sms"), {"phone": phone})
    return {CODE: texted()}


def lost_all(stage: Stage) -> Swaps:
    app_of(stage.alice)
    lost.begin(user=stage.alice)
    return {}


def texted_a_code(stage: Stage) -> Swaps:
    """To the phone that the example is about."""
    number = PhoneNumber.objects.owned_by(stage.alice).latest("pk")
    texted_codes.send(user=stage.alice, public_id=str(number.public_id))
    return {CODE: texted()}


def dead_letter(stage: Stage) -> Swaps:
    operated.dead_letter(stage.alice)
    return {}


def made_export(stage: Stage) -> Swaps:
    while (lease := leases.claim(Queue.BULK)) is not None:
        runner.run(lease)
    return {}


def shares(stage: Stage) -> Swaps:
    """One of each; what nobody has answered is there already."""
    accepted = rows.offered_to(stage.alice, "Club")
    offers.accept(user=stage.alice, row=accepted)
    rows.offer(stage.alice)
    rows.share(stage.alice)
    return {}


def stopped(stage: Stage) -> Swaps:
    """Nothing is renewed at Google."""
    breaker.switch(by=None, provider=provider.named("google"), stop=True, words="test")
    return {}


def connected(stage: Stage) -> Swaps:
    """By the whole way, so that the provider knows its token."""
    stage.alice.connections.all().delete()
    row = connect(
        stage.alice, stage.providers, "google", ["calendar.read", "mail.send"]
    )
    named = shelf.parameters(whole("connections/{public_id}"))
    return {named["public_id"]: str(row.public_id)}


def calendar_in_step(stage: Stage) -> Swaps:
    rows.in_step(stage.alice)
    return {}


def calendar_to_keep(stage: Stage) -> Swaps:
    """That is not kept in step yet."""
    return {steps.GOOGLE: str(accounts.connected(stage.alice, "google").public_id)}


def changed_on_both_sides(stage: Stage) -> Swaps:
    rows.lost(stage.alice)
    return {}


def page_to_keep(stage: Stage) -> Swaps:
    """Notes on it, at a provider that is asked."""
    title = str(steps.PAGE["title"])
    features = ["pages.read", "pages.write"]
    row = connect(stage.alice, stage.providers, "notion", features, pages=[title])
    (notebook,) = notebooks.of(stage.alice)
    (page,) = notebook.search("Lisbon")
    return {
        steps.NOTION: str(row.public_id),
        str(steps.PAGE["page"]): page.id,
        "in-step/pages": "in-step/pages?search=Lisbon",
    }


def notes_in_step(stage: Stage) -> Swaps:
    page_to_keep(stage)
    (notebook,) = notebooks.of(stage.alice)
    (page,) = notebook.search("Lisbon")
    syncing.start_notes(user=stage.alice, notebook=notebook, page=page)
    return {}


def note_changed_on_both_sides(stage: Stage) -> Swaps:
    notes_in_step(stage)
    SyncLink.objects.create(
        user=stage.alice,
        sync=Sync.objects.get(),
        note=Note.objects.get(public_id=rows.note(stage.alice)["public_id"]),
        status=SyncLink.Status.CONFLICT,
        lost={"side": "other", "content": {"text": "The gate code is 1147."}},
    )
    return {}


def connected_and_used(stage: Stage) -> Swaps:
    found = connected(stage)
    (public_id,) = found.values()
    stage.app.ask("post", whole(f"connections/{public_id}/test"))
    return found


def with_events(stage: Stage) -> Swaps:
    """Made by the one who asks, so that it says where."""
    stage.app.ask("delete", whole(f"tokens/{rows.token(stage.alice)['public_id']}"))
    return with_app(stage)


def used(stage: Stage) -> Swaps:
    texted_us(stage)
    connected_and_used(stage)
    draining.drain()
    return {}


def used_by_alice(stage: Stage) -> Swaps:
    """By her app; who asks about her is an operator."""
    asking, stage.app = stage.app, App(stage.alice)
    used(stage)
    stage.app = asking
    return {}


def with_connection(stage: Stage) -> Swaps:
    rows.connection(stage.alice)
    return {}


def signed_in_elsewhere(stage: Stage) -> Swaps:
    operated.sign_in(stage.alice)
    return {}


def suspended(stage: Stage) -> Swaps:
    suspension.suspend(
        by=operated.operator(), user=stage.alice, reason="Sent spam for hours"
    )
    return {}


def holding_a_role(stage: Stage) -> Swaps:
    operated.held_role(stage.alice)
    return {}


def until_later(stage: Stage) -> Swaps:
    """A moment that is still to come, whenever this is tried."""
    end = timezone.now() + timedelta(days=90)
    return {"2027-03-01T00:00:00Z": end.isoformat()}


def on_record(stage: Stage) -> Swaps:
    operated.event(stage.alice)
    return {}


def sealed(stage: Stage) -> Swaps:
    """Only what is committed is sealed, and nothing here is."""
    now = timezone.now()
    AuditSeal.objects.create(
        number=2**40,
        month=now.date().replace(day=1),
        count=1,
        first_id=1,
        last_id=1,
        total=1,
        top_id=1,
        horizon=1,
        ceiling=1,
        sealed_at=now,
        root=bytes(32),
        previous=bytes(32),
        digest=bytes(32),
        signature=bytes(64),
    )
    return {}


def as_nobody(stage: Stage) -> Swaps:
    stage.app = App()
    return {}


def signing_up(stage: Stage) -> Swaps:
    """Dora, who has yet to prove her address."""
    stage.app = App()
    given = {"email": "dora@example.com", "password": PASSWORD}
    stage.app.auth("post", "auth/signup", given)
    return {KEY: mailed(r"code is\s+(\S+)")}


def signing_up_by_key(stage: Stage) -> Swaps:
    (key,) = signing_up(stage).values()
    stage.headers = {"X-Email-Verification-Key": key}
    return {}


def forgot_password(stage: Stage) -> Swaps:
    stage.app = App()
    stage.app.auth("post", "auth/password/request", {"email": stage.alice.email})
    return {RESET_KEY: mailed(r"/password/reset/key/([^/\s]+)")}


def forgot_password_by_key(stage: Stage) -> Swaps:
    (key,) = forgot_password(stage).values()
    stage.headers = {"X-Password-Reset-Key": key}
    return {}


def half_signed_in(stage: Stage) -> Swaps:
    """The password is given, the second step is open."""
    device = app_of(stage.alice)
    stage.app = App()
    _give_password(stage)
    return {CODE: device.code()}


def with_factor(stage: Stage) -> Swaps:
    return {CODE: app_of(stage.alice).code()}


def another_address(stage: Stage) -> Swaps:
    _address(stage, is_verified=True)
    return {}


def unproved_address(stage: Stage) -> Swaps:
    _address(stage, is_verified=False)
    return {}


def signing_in_with_google(stage: Stage) -> Swaps:
    SocialAccount.objects.create(
        user=stage.alice,
        provider="google",
        uid=LINKED,
        extra_data={"email": "alice@example.com"},
    )
    return {}


def asked_for_passkey(stage: Stage) -> Swaps:
    """A new one."""
    options = stage.app.auth("get", f"{_PASSKEYS}?passwordless")["data"]
    made = Passkey().made(options["creation_options"])
    return swaps(factors.NEW_PASSKEY, made)


def with_passkey(stage: Stage) -> Swaps:
    _add(stage)
    row = Authenticator.objects.get(user=stage.alice)
    return {factors.PASSKEY_ID: opaque.name(Authenticator, row.pk)}


def passkey_of_nobody(stage: Stage) -> Swaps:
    """To sign in with it alone."""
    key = _add(stage)
    stage.app = App()
    return _shown(stage, key, "auth/webauthn/login")


def passkey_as_second_step(stage: Stage) -> Swaps:
    key = _add(stage)
    stage.app = App()
    _give_password(stage)
    return _shown(stage, key, "auth/webauthn/authenticate")


def passkey_once_more(stage: Stage) -> Swaps:
    return _shown(stage, _add(stage), "auth/webauthn/reauthenticate")


def refreshing(stage: Stage) -> Swaps:
    token, stage.app.headers = stage.app.refresh_token, {}
    return {REFRESH_TOKEN: token}


def mailed(pattern: str) -> str:
    found = re.search(pattern, str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


_PASSKEYS = "account/authenticators/webauthn"


def _give_password(stage: Stage) -> None:
    given = {"email": stage.alice.email, "password": PASSWORD}
    stage.app.auth("post", "auth/login", given)


def _address(stage: Stage, *, is_verified: bool) -> None:
    EmailAddress.objects.create(
        user=stage.alice, email="alice@work.example.com", verified=is_verified
    )


def _add(stage: Stage) -> Passkey:
    """A passkey that is enough by itself."""
    key = Passkey()
    options = stage.app.auth("get", f"{_PASSKEYS}?passwordless")["data"]
    made = key.made(options["creation_options"])
    told = stage.app.auth("post", _PASSKEYS, {"name": "laptop", "credential": made})
    assert told["status"] == 200, told
    return key


def _shown(stage: Stage, key: Passkey, place: str) -> Swaps:
    options = stage.app.auth("get", place)["data"]["request_options"]
    return swaps(factors.SHOWN_PASSKEY, key.shown(options))


def at_noon(stage: Stage) -> Swaps:
    """Seven is not so soon that only one of the two can be meant."""
    now = timezone.now()
    there = (z for z in time_zones.names() if now.astimezone(ZoneInfo(z)).hour == 12)
    profile.change(user=stage.alice, timezone=next(there))
    return {}


_AUTH = "/api/auth/{client}/v1/"
_BROWSER = "/api/auth/browser/v1/"
BEFORE: dict[str, Callable[[Stage], Swaps]] = {
    "GET shares": shares,
    "GET events/in-step": calendar_in_step,
    "POST events/in-step": calendar_to_keep,
    "GET events/in-step/able": calendar_to_keep,
    "GET events/in-step/lost": changed_on_both_sides,
    "GET notes/in-step": notes_in_step,
    "POST notes/in-step": page_to_keep,
    "GET notes/in-step/pages": page_to_keep,
    "GET notes/in-step/lost": note_changed_on_both_sides,
    "POST reminders/parse": at_noon,
    "GET me/activity": with_events,
    "GET usage/texts": texted_us,
    "GET me/export/{public_id}/file": made_export,
    "GET providers": connected,
    "GET consents": connected,
    "GET connections/{public_id}/events": connected,
    "GET connections/{public_id}/usage": connected_and_used,
    "GET conversations/{conversation}/messages": texted_us,
    "POST admin/jobs/requeue": dead_letter,
    "POST admin/jobs/drop": dead_letter,
    "GET admin/oauth/events": connected,
    "POST admin/oauth/providers/{provider}/resume": stopped,
    "POST admin/oauth/connections/{public_id}/renew": connected,
    "GET phones/events": linked_a_phone,
    "GET me/security": with_events,
    "GET usage": used,
    "POST connections/{public_id}/test": connected,
    "POST connections/{public_id}/refresh": connected,
    "POST me/mfa/totp/confirm": begun_app,
    "DELETE me/mfa/totp": with_app,
    "POST me/mfa/sms/confirm": asked_for_text,
    "DELETE me/mfa/sms": with_texts,
    "POST me/mfa/recovery-codes": with_app,
    "GET me/mfa": with_app,
    "POST me/mfa/lost": with_app,
    "POST me/mfa/lost/veto": lost_all,
    "POST phones/{public_id}/verify": texted_a_code,
    "GET admin/audit/export/{kind}": on_record,
    "GET admin/audit/seals": sealed,
    "GET admin/users/{public_id}": with_app,
    "PATCH admin/users/{public_id}": with_app,
    "GET admin/users/{public_id}/audit": on_record,
    "GET admin/users/{public_id}/connections": with_connection,
    "GET admin/users/{public_id}/may": holding_a_role,
    "GET admin/users/{public_id}/mfa": with_app,
    "POST admin/users/{public_id}/mfa/reset": with_app,
    "POST admin/users/{public_id}/restore": suspended,
    "POST admin/users/{public_id}/roles": until_later,
    "DELETE admin/users/{public_id}/sessions": signed_in_elsewhere,
    "GET admin/users/{public_id}/usage": used_by_alice,
    f"GET {_AUTH}config": as_nobody,
    f"POST {_AUTH}auth/login": as_nobody,
    f"POST {_AUTH}auth/signup": as_nobody,
    f"GET {_AUTH}auth/email/verify": signing_up_by_key,
    f"POST {_AUTH}auth/email/verify": signing_up,
    f"POST {_AUTH}auth/email/verify/resend": signing_up,
    f"POST {_AUTH}auth/password/request": as_nobody,
    f"GET {_AUTH}auth/password/reset": forgot_password_by_key,
    f"POST {_AUTH}auth/password/reset": forgot_password,
    f"GET {_AUTH}auth/2fa/authenticate": half_signed_in,
    f"POST {_AUTH}auth/2fa/authenticate": half_signed_in,
    f"GET {_AUTH}auth/2fa/lost": half_signed_in,
    f"POST {_AUTH}auth/2fa/lost": half_signed_in,
    f"GET {_AUTH}auth/2fa/reauthenticate": with_factor,
    f"POST {_AUTH}auth/2fa/reauthenticate": with_factor,
    f"GET {_AUTH}auth/webauthn/authenticate": passkey_as_second_step,
    f"POST {_AUTH}auth/webauthn/authenticate": passkey_as_second_step,
    f"GET {_AUTH}auth/webauthn/reauthenticate": passkey_once_more,
    f"POST {_AUTH}auth/webauthn/reauthenticate": passkey_once_more,
    f"GET {_AUTH}auth/webauthn/login": as_nobody,
    f"POST {_AUTH}auth/webauthn/login": passkey_of_nobody,
    f"GET {_AUTH}account/authenticators": with_passkey,
    f"PUT {_AUTH}account/authenticators/webauthn": with_passkey,
    f"DELETE {_AUTH}account/authenticators/webauthn": with_passkey,
    f"POST {_AUTH}account/authenticators/webauthn": asked_for_passkey,
    f"GET {_AUTH}account/providers": signing_in_with_google,
    f"DELETE {_AUTH}account/providers": signing_in_with_google,
    f"POST {_BROWSER}auth/provider/redirect": as_nobody,
    f"PUT {_AUTH}account/email": unproved_address,
    f"PATCH {_AUTH}account/email": another_address,
    f"DELETE {_AUTH}account/email": another_address,
    "POST /api/auth/app/v1/tokens/refresh": refreshing,
}

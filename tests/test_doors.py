"""Every address, verb and person: what the door answers, and what its view declares.

A new address needs a row here.
"""

import re
from collections.abc import Iterator, Mapping
from copy import copy
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from apps.accounts.models import LoginSession, User
from apps.assistant.models import Event, Fact, List, ListItem, Note, Offer, Reminder
from apps.integrations.models import Connection
from apps.jobs.models import Letter
from apps.portal import demo
from apps.rbac import declared
from apps.rbac.catalog import Permission
from apps.rbac.declared import (
    Policy,
    about,
    at_console,
    fresh,
    in_person,
    public,
    requires,
    signed_in,
)
from apps.sms.models import PhoneNumber
from apps.webhooks.models import Delivery, Endpoint
from tests import furnished
from tests.sign_in import prove_twice

ANONYMOUS, ALICE, BOB, CHARLIE, ADA = "", "alice", "bob", "charlie", "ada"
# Alice last: what she posts changes what the others would find.
CAST = (ANONYMOUS, BOB, CHARLIE, ADA, ALICE)
VERBS = ("get", "post", "put", "patch", "delete")
LOGIN = 302
# Seen from outside these give away nothing, so their state does not matter here.
HEALTH = frozenset({200, 503})
Status = int | frozenset[int]


class Door(NamedTuple):
    """What one verb is answered: to nobody signed in, to a user of the same role as
    the owner, to premium, to an administrator, and to Alice, who owns what is asked
    for."""

    anonymous: Status
    bob: Status
    charlie: Status
    ada: Status
    alice: Status


def all_get(status: Status) -> Door:
    return Door(*[status] * 5)


def people_get(status: Status) -> Door:
    """Whoever is not signed in is sent to do that."""
    return Door(LOGIN, *[status] * 4)


# Closed to whoever stands in for somebody: pages about signing in, and those that show
# more than one person.
ANYBODY, THEMSELF = in_person(public), in_person(signed_in)
NO_SUCH_VERB = {True: all_get(405), False: people_get(405)}
OWNERS_200 = Door(LOGIN, 404, 404, 404, 200)
OWNERS_302 = Door(LOGIN, 404, 404, 404, 302)


class Row(NamedTuple):
    """The declared policy, and the doors by verb; a verb left out is not there."""

    policy: Policy
    doors: Mapping[str, Door]

    def door(self, verb: str) -> Door:
        return self.doors.get(verb, NO_SUCH_VERB[self.policy.is_public])


def reads(policy: Policy, status: Status = 200) -> Row:
    door = all_get(status) if policy.is_public else people_get(status)
    return Row(policy, {"get": door})


def form(policy: Policy, get: Door, post: Door, **more: Door) -> Row:
    return Row(policy, {"get": get, "post": post, **more})


def allauths_form(policy: Policy, get: Door, post: Door) -> Row:
    """A form view of Django's takes PUT for POST."""
    return form(policy, get, post, put=post)


def entrance(get: Door) -> Row:
    """Somebody with an account has no business here and is sent on, whatever they do."""
    sent_on = Door(405, *[302] * 4)
    return form(ANYBODY, get, get, put=get, patch=sent_on, delete=sent_on)


def flow(policy: Policy) -> Row:
    """Whoever is not in the flow is sent back to its start."""
    return Row(policy, dict.fromkeys(VERBS, all_get(302)))


def posted(policy: Policy, post: Door) -> Row:
    return Row(policy, {"post": post})


STRANGERS = Door(200, 302, 302, 302, 302)
# She alone of the cast has a second factor; the others are asked for their password.
ADAS_APP = Door(LOGIN, 302, 302, 200, 302)
ASKED_AGAIN = form(fresh(THEMSELF), people_get(302), people_get(302))
# Redirects whatever the verb.
SENT_ON = Row(THEMSELF, dict.fromkeys(VERBS, people_get(302)))
# allauth's pages about passkeys: they ask again before they do anything.
KEYS = Row(THEMSELF, dict.fromkeys(VERBS, people_get(302)))
RESET_KEY = r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

ROWS = {
    "": reads(public),
    "menu/": reads(signed_in),
    "help/": reads(public),
    "status/": reads(public),
    "privacy/": reads(public),
    "problems": reads(public),
    "problems/<slug:code>": reads(public, 404),
    "app/": reads(signed_in),
    "app/setting-up/dismiss/": posted(signed_in, people_get(302)),
    "app/conversation/": reads(signed_in),
    "app/conversation/say/": posted(signed_in, people_get(302)),
    "app/conversation/decide/<uuid:public_id>/": posted(signed_in, people_get(302)),
    "app/conversation/undo/<uuid:handle>/": posted(signed_in, people_get(302)),
    "app/conversation/files/<uuid:public_id>/": reads(signed_in, 404),
    # Nothing of theirs was changed.
    "app/take-back/": posted(signed_in, people_get(302)),
    "app/search/": reads(signed_in),
    "app/reminders/": reads(signed_in),
    "app/reminders/read/": posted(signed_in, people_get(200)),
    "app/reminders/add/": posted(requires(Permission.REMINDER_ADD), people_get(200)),
    "app/reminders/<uuid:public_id>/": form(
        about(Permission.REMINDER_CHANGE), OWNERS_200, OWNERS_200
    ),
    "app/reminders/<uuid:public_id>/done/": posted(
        about(Permission.REMINDER_CHANGE), OWNERS_302
    ),
    "app/reminders/<uuid:public_id>/snooze/": posted(
        about(Permission.REMINDER_CHANGE), OWNERS_302
    ),
    "app/reminders/<uuid:public_id>/delete/": posted(
        about(Permission.REMINDER_DELETE), OWNERS_302
    ),
    "app/lists/": reads(signed_in),
    "app/lists/make/": posted(requires(Permission.LIST_ADD), people_get(200)),
    "app/lists/<uuid:public_id>/": Row(signed_in, {"get": OWNERS_200}),
    "app/lists/<uuid:public_id>/add/": posted(
        about(Permission.LIST_CHANGE), OWNERS_200
    ),
    "app/lists/<uuid:public_id>/rename/": posted(
        about(Permission.LIST_CHANGE), OWNERS_200
    ),
    "app/lists/<uuid:public_id>/clear/": posted(
        about(Permission.LIST_CHANGE), OWNERS_302
    ),
    "app/lists/<uuid:public_id>/delete/": posted(
        about(Permission.LIST_DELETE), OWNERS_302
    ),
    # What is to be done with it is not said.
    "app/lists/<uuid:public_id>/items/<uuid:item>/": posted(
        about(Permission.LIST_CHANGE), people_get(404)
    ),
    "app/calendar/": reads(signed_in),
    "app/calendar/add/": posted(requires(Permission.EVENT_ADD), people_get(200)),
    "app/calendar/new/": form(
        requires(Permission.EVENT_ADD), people_get(200), people_get(200)
    ),
    "app/calendar/sync/": reads(signed_in),
    "app/calendar/sync/with/<uuid:public_id>/": posted(
        requires(Permission.EVENT_ADD), people_get(404)
    ),
    # What is to be done with it is not said.
    "app/calendar/sync/<uuid:public_id>/": posted(signed_in, people_get(404)),
    "app/calendar/sync/events/<uuid:public_id>/": posted(
        about(Permission.EVENT_CHANGE), people_get(404)
    ),
    "app/calendar/<uuid:public_id>/": form(
        about(Permission.EVENT_CHANGE), OWNERS_200, OWNERS_200
    ),
    "app/calendar/<uuid:public_id>/delete/": posted(
        about(Permission.EVENT_DELETE), OWNERS_302
    ),
    "app/shares/": reads(signed_in),
    "app/shares/offer/": posted(signed_in, people_get(302)),
    "app/shares/blocked/<uuid:person>/lift/": posted(signed_in, people_get(404)),
    "app/shares/offers/<uuid:public_id>/answer/": posted(
        signed_in, Door(LOGIN, 404, 404, 404, 400)
    ),
    "app/shares/offers/<uuid:public_id>/withdraw/": posted(
        signed_in, Door(LOGIN, 302, 404, 404, 404)
    ),
    "app/shares/<uuid:public_id>/<uuid:holder>/end/": posted(
        signed_in, people_get(404)
    ),
    "app/news/": reads(signed_in),
    "app/news/bell/": reads(signed_in),
    "app/notes/": reads(signed_in),
    "app/notes/add/": posted(requires(Permission.NOTE_ADD), people_get(200)),
    "app/notes/sync/": reads(signed_in),
    "app/notes/sync/with/<uuid:public_id>/": posted(
        requires(Permission.NOTE_ADD), people_get(404)
    ),
    "app/notes/<uuid:public_id>/": form(
        about(Permission.NOTE_CHANGE), OWNERS_200, OWNERS_200
    ),
    "app/notes/<uuid:public_id>/delete/": posted(
        about(Permission.NOTE_DELETE), OWNERS_302
    ),
    "app/memory/": reads(signed_in),
    "app/memory/add/": posted(requires(Permission.FACT_ADD), people_get(200)),
    "app/memory/forget-all/": form(
        about(Permission.FACT_DELETE), people_get(200), people_get(302)
    ),
    "app/memory/talked-about/delete/": posted(signed_in, people_get(302)),
    "app/memory/<uuid:public_id>/": form(
        about(Permission.FACT_CHANGE), OWNERS_200, OWNERS_200
    ),
    "app/memory/<uuid:public_id>/forget/": posted(
        about(Permission.FACT_DELETE), OWNERS_302
    ),
    "app/approvals/": reads(signed_in),
    "app/approvals/<uuid:public_id>/decide/": posted(signed_in, people_get(404)),
    "app/approvals/standing/<uuid:public_id>/withdraw/": posted(
        signed_in, people_get(404)
    ),
    "app/features/": reads(signed_in),
    "app/features/<slug:key>/": posted(signed_in, people_get(404)),
    "app/usage/": reads(signed_in),
    "app/usage/texts/": reads(signed_in),
    "app/usage/days.csv": reads(signed_in),
    "app/phones/": reads(signed_in),
    "app/phones/words/": posted(fresh(signed_in), people_get(302)),
    "app/phones/add/": posted(fresh(requires(Permission.NUMBER_ADD)), people_get(200)),
    "app/phones/<uuid:public_id>/primary/": posted(
        fresh(about(Permission.NUMBER_CHANGE)), OWNERS_302
    ),
    "app/phones/<uuid:public_id>/label/": form(
        about(Permission.NUMBER_CHANGE), OWNERS_200, OWNERS_302
    ),
    # Alice's phone is linked already.
    "app/phones/<uuid:public_id>/code/": form(
        fresh(about(Permission.NUMBER_CHANGE)), OWNERS_302, OWNERS_302
    ),
    "app/phones/<uuid:public_id>/code/send/": posted(
        fresh(about(Permission.NUMBER_CHANGE)), OWNERS_302
    ),
    "app/phones/<uuid:public_id>/confirm/": posted(
        fresh(about(Permission.NUMBER_CHANGE)), OWNERS_302
    ),
    "app/phones/<uuid:public_id>/remove/": form(
        fresh(about(Permission.NUMBER_DELETE)), OWNERS_200, OWNERS_302
    ),
    "app/activity/": reads(signed_in),
    "app/activity/all.csv": reads(signed_in),
    "accounts/with/prove/": form(THEMSELF, people_get(200), people_get(404)),
    "accounts/with/<slug:provider>/": posted(ANYBODY, Door(404, *[302] * 4)),
    "accounts/with/<slug:provider>/callback/": reads(ANYBODY, 404),
    "app/settings/sign-in-accounts/": reads(THEMSELF),
    "app/settings/sign-in-accounts/<slug:provider>/link/": posted(
        fresh(THEMSELF), people_get(404)
    ),
    "app/settings/sign-in-accounts/<int:pk>/remove/": posted(
        fresh(THEMSELF), people_get(404)
    ),
    "app/connections/": reads(signed_in),
    # Here no provider is set up.
    "app/connections/<slug:provider>/connect/": posted(
        fresh(in_person(requires(Permission.CONNECTION_ADD))), people_get(404)
    ),
    "app/connections/<slug:provider>/callback/": reads(ANYBODY, 404),
    "app/connections/consents/": reads(signed_in),
    "app/connections/<slug:provider>/": reads(signed_in, 404),
    "app/connections/<uuid:public_id>/": Row(signed_in, {"get": OWNERS_200}),
    "app/connections/<uuid:public_id>/more/": Row(
        about(Permission.CONNECTION_CHANGE), {"get": OWNERS_200}
    ),
    "app/connections/<uuid:public_id>/events/": Row(signed_in, {"get": OWNERS_200}),
    "app/connections/<uuid:public_id>/test/": posted(
        about(Permission.CONNECTION_CHANGE), OWNERS_302
    ),
    "app/connections/<uuid:public_id>/renew/": posted(
        about(Permission.CONNECTION_CHANGE), OWNERS_302
    ),
    "app/connections/<uuid:public_id>/pause/": posted(
        about(Permission.CONNECTION_CHANGE), OWNERS_302
    ),
    "app/connections/<uuid:public_id>/resume/": posted(
        fresh(about(Permission.CONNECTION_CHANGE)), OWNERS_302
    ),
    # Which feature is not said.
    "app/connections/<uuid:public_id>/switch-off/": posted(
        about(Permission.CONNECTION_CHANGE), people_get(404)
    ),
    "app/connections/<uuid:public_id>/disconnect/": form(
        # What it is called is not typed.
        fresh(in_person(about(Permission.CONNECTION_DELETE))),
        OWNERS_200,
        OWNERS_200,
    ),
    "app/settings/security/factors/": reads(THEMSELF),
    "app/settings/security/factors/totp/begin/": posted(
        fresh(THEMSELF), people_get(302)
    ),
    # Signed in by no door at all, they are asked for their password first.
    "app/settings/security/factors/totp/": ASKED_AGAIN,
    "app/settings/security/factors/sms/begin/": posted(
        fresh(THEMSELF), people_get(302)
    ),
    "app/settings/security/factors/sms/": ASKED_AGAIN,
    "app/settings/security/factors/lost/veto/": posted(THEMSELF, people_get(404)),
    "app/settings/security/factors/trusted/<uuid:public_id>/forget/": posted(
        THEMSELF, people_get(404)
    ),
    "app/settings/security/factors/recovery/": form(
        fresh(THEMSELF), people_get(200), Door(LOGIN, 409, 409, 200, 409)
    ),
    "app/settings/security/factors/<slug:name>/remove/": form(
        fresh(THEMSELF),
        Door(LOGIN, 404, 404, 302, 404),
        Door(LOGIN, 404, 404, 302, 404),
    ),
    "accounts/2fa/": SENT_ON,
    "accounts/2fa/authenticate/": flow(ANYBODY),
    "accounts/2fa/reauthenticate/": form(THEMSELF, ADAS_APP, ADAS_APP),
    "accounts/2fa/lost/": flow(ANYBODY),
    "accounts/2fa/lost/here/": form(THEMSELF, ADAS_APP, ADAS_APP),
    "accounts/2fa/lost/<uuid:public_id>/<str:token>/": form(
        ANYBODY, all_get(404), all_get(404)
    ),
    "accounts/2fa/webauthn/": SENT_ON,
    "accounts/2fa/webauthn/login/": Row(
        ANYBODY,
        {
            **dict.fromkeys(("get", "post", "put"), all_get(302)),
            **dict.fromkeys(("patch", "delete"), Door(405, *[302] * 4)),
        },
    ),
    "accounts/2fa/webauthn/add/": form(
        fresh(THEMSELF), people_get(200), people_get(200)
    ),
    "accounts/2fa/webauthn/reauthenticate/": KEYS,
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": form(
        fresh(THEMSELF), people_get(404), people_get(404)
    ),
    "accounts/2fa/webauthn/keys/<int:pk>/edit/": form(
        fresh(THEMSELF), people_get(404), people_get(404)
    ),
    "app/settings/profile/": form(signed_in, people_get(200), people_get(200)),
    "app/settings/panic/": form(THEMSELF, people_get(200), people_get(302)),
    "app/settings/sign-ins/": reads(THEMSELF),
    "app/settings/sign-ins/others/": posted(fresh(THEMSELF), people_get(302)),
    "app/settings/sign-ins/<uuid:sid>/end/": posted(fresh(THEMSELF), people_get(404)),
    "app/settings/data/": reads(THEMSELF),
    "app/settings/data/export/": posted(fresh(THEMSELF), people_get(302)),
    "app/settings/data/<uuid:public_id>/": reads(fresh(THEMSELF), 404),
    "app/settings/data/<uuid:public_id>/drop/": posted(THEMSELF, people_get(404)),
    "app/settings/tokens/": reads(THEMSELF),
    "app/settings/tokens/make/": posted(fresh(THEMSELF), people_get(200)),
    "app/settings/tokens/<uuid:public_id>/revoke/": posted(THEMSELF, people_get(404)),
    "app/settings/webhooks/": reads(THEMSELF),
    "app/settings/webhooks/make/": posted(fresh(THEMSELF), people_get(200)),
    "app/settings/webhooks/<uuid:public_id>/": Row(THEMSELF, {"get": OWNERS_200}),
    "app/settings/webhooks/<uuid:public_id>/change/": posted(
        fresh(THEMSELF), OWNERS_200
    ),
    "app/settings/webhooks/<uuid:public_id>/switch/": posted(
        fresh(THEMSELF), OWNERS_302
    ),
    "app/settings/webhooks/<uuid:public_id>/rotate/": posted(
        fresh(THEMSELF), OWNERS_200
    ),
    "app/settings/webhooks/<uuid:public_id>/test/": posted(THEMSELF, OWNERS_302),
    "app/settings/webhooks/<uuid:public_id>/delete/": posted(THEMSELF, OWNERS_302),
    "app/settings/webhooks/<uuid:public_id>/<uuid:delivery>/again/": posted(
        THEMSELF, OWNERS_302
    ),
    "app/settings/close/": form(fresh(THEMSELF), people_get(200), people_get(200)),
    "app/settings/preferences/": form(signed_in, people_get(200), people_get(200)),
    "app/settings/letters/": form(signed_in, people_get(302), people_get(302)),
    "app/settings/appearance/": form(signed_in, people_get(200), people_get(200)),
    "app/settings/notifications/": form(signed_in, people_get(200), people_get(302)),
    "app/settings/notifications/test/": posted(signed_in, people_get(404)),
    "mail/unsubscribe/<str:token>/": form(public, all_get(404), all_get(404)),
    "standing-in/stop/": posted(signed_in, people_get(302)),
    "dev/phone/": reads(ANYBODY),
    "dev/phone/play/": posted(ANYBODY, all_get(302)),
    "dev/mail/": reads(ANYBODY),
    "dev/mail/<uuid:key>/": reads(ANYBODY, 404),
    "health/live": reads(public),
    "health/ready": reads(public, HEALTH),
    "health/servable": reads(public),
    "metrics": reads(public),
    "webhooks/alerts/": posted(public, all_get(404)),
    # No provider is in use.
    "webhooks/mail/<slug:provider>/tracking/": posted(public, all_get(404)),
    "webhooks/twilio/sms/": posted(public, all_get(415)),
    "webhooks/twilio/status/": posted(public, all_get(415)),
    "webhooks/twilio/fallback/": posted(public, all_get(415)),
    "accounts/login/": entrance(STRANGERS),
    "accounts/signup/": entrance(STRANGERS),
    "accounts/logout/": form(ANYBODY, people_get(200), all_get(302)),
    "accounts/inactive/": reads(ANYBODY),
    "accounts/reauthenticate/": Row(
        THEMSELF,
        {
            **dict.fromkeys(("get", "post", "put"), Door(LOGIN, 200, 200, 302, 200)),
            **dict.fromkeys(("patch", "delete"), Door(LOGIN, 405, 405, 302, 405)),
        },
    ),
    "accounts/email/revert/<str:key>/": form(ANYBODY, all_get(404), all_get(404)),
    "accounts/email/again/": posted(THEMSELF, people_get(404)),
    "accounts/email/again/<str:key>/": form(ANYBODY, all_get(404), all_get(404)),
    "accounts/email/": allauths_form(THEMSELF, people_get(200), people_get(302)),
    "accounts/confirm-email/": flow(ANYBODY),
    "accounts/password/change/": form(THEMSELF, people_get(200), people_get(200)),
    "accounts/password/set/": flow(THEMSELF),
    "accounts/password/reset/": allauths_form(ANYBODY, all_get(200), all_get(200)),
    "accounts/login/code/confirm/": flow(ANYBODY),
    "accounts/password/reset/key/done/": reads(ANYBODY),
    "accounts/password/reset/done/": reads(ANYBODY),
    RESET_KEY: Row(ANYBODY, dict.fromkeys(VERBS, all_get(200))),
}

# allauth's API: bodies are empty here, so whoever gets through is told that fields are
# missing (400) or that no such flow is open (409).
BODY = dict.fromkeys(("post", "put", "patch", "delete"), all_get(400))
NO_FLOW = dict.fromkeys(VERBS, all_get(409))


def theirs(
    get: Status, body: Status, *, anonymous_post: Status = 401
) -> dict[str, Door]:
    """What is somebody's own: nobody signed in is told to do that."""
    doors = dict.fromkeys(VERBS, Door(401, *[body] * 4))
    doors["get"] = Door(401, *[get] * 4)
    return {**doors, "post": Door(anonymous_post, *[body] * 4)}


AUTH_API = {
    "config": {"get": all_get(200)},
    "auth/session": {"get": Door(401, *[200] * 4), "delete": all_get(401)},
    "auth/login": BODY,
    "auth/signup": {"post": all_get(400)},
    "auth/email/verify": NO_FLOW,
    "auth/email/verify/resend": {"post": all_get(409)},
    "auth/password/request": BODY,
    "auth/password/reset": {**BODY, "get": all_get(400)},
    "auth/reauthenticate": theirs(405, 400),
    "account/email": theirs(200, 400, anonymous_post=409),
    "account/providers": {**theirs(200, 405), "delete": Door(401, *[400] * 4)},
    "account/password/change": {**theirs(405, 405), "post": Door(401, *[400] * 4)},
    "account/authenticators": {**theirs(200, 405), "post": Door(401, *[405] * 4)},
    "account/authenticators/webauthn": {
        **theirs(200, 400),
        "patch": Door(401, *[405] * 4),
    },
    "auth/2fa/authenticate": dict.fromkeys(VERBS, all_get(401)),
    "auth/2fa/lost": theirs(409, 409),
    "auth/2fa/reauthenticate": {**theirs(200, 405), "post": Door(401, *[400] * 4)},
    "auth/webauthn/authenticate": dict.fromkeys(VERBS, all_get(401)),
    "auth/webauthn/reauthenticate": {**theirs(200, 405), "post": Door(401, *[400] * 4)},
    "auth/webauthn/login": {"get": all_get(200), "post": all_get(400)},
}
for _place, _doors in AUTH_API.items():
    ROWS[f"api/auth/browser/v1/{_place}"] = Row(ANYBODY, _doors)
    # An app is nobody without its token, whatever cookies come along.
    _nobody = {verb: all_get(door.anonymous) for verb, door in _doors.items()}
    ROWS[f"api/auth/app/v1/{_place}"] = Row(ANYBODY, _nobody)
ROWS["api/auth/browser/v1/auth/provider/redirect"] = Row(
    ANYBODY, {"post": all_get(400)}
)
ROWS["api/auth/app/v1/tokens/refresh"] = Row(ANYBODY, BODY)


# Our own: nobody is sent to a page, and views judge after they know whose token it is.
def api(policy: Policy, **doors: Door) -> Row:
    return Row(policy, {verb: doors.get(verb, PEOPLE_405) for verb in VERBS})


def people_api(status: Status) -> Door:
    return Door(401, *[status] * 4)


OWNERS_API_200 = Door(401, 404, 404, 404, 200)
OWNERS_API_202 = Door(401, 404, 404, 404, 202)
OWNERS_API_204 = Door(401, 404, 404, 404, 204)
PEOPLE_405 = Door(401, *[405] * 4)
ROWS |= {
    "api/v1/me": api(signed_in, get=people_api(200), patch=people_api(200)),
    "api/v1/me/sessions": api(THEMSELF, get=people_api(200)),
    "api/v1/me/sessions/<uuid:sid>": api(fresh(THEMSELF), delete=people_api(404)),
    "api/v1/me/sessions/revoke-others": api(fresh(THEMSELF), post=people_api(204)),
    "api/v1/me/panic": api(THEMSELF, post=people_api(204)),
    "api/v1/me/close": api(fresh(THEMSELF), post=Door(401, 204, 204, 409, 204)),
    # Asking for one wants a fresh proof.
    "api/v1/me/export": api(THEMSELF, get=people_api(200), post=people_api(202)),
    "api/v1/me/export/<uuid:public_id>": api(
        THEMSELF, get=people_api(404), delete=people_api(404)
    ),
    "api/v1/me/export/<uuid:public_id>/file": api(fresh(THEMSELF), get=people_api(404)),
    "api/v1/me/preferences": api(signed_in, get=people_api(200), patch=people_api(200)),
    "api/v1/me/letters": api(signed_in, get=people_api(200), put=people_api(400)),
    "api/v1/me/security": api(THEMSELF, get=people_api(200)),
    "api/v1/me/activity": api(THEMSELF, get=people_api(200)),
    "api/v1/me/devices": api(THEMSELF, get=people_api(200)),
    "api/v1/me/devices/<uuid:public_id>": api(THEMSELF, delete=people_api(404)),
    "api/v1/me/mfa": api(THEMSELF, get=people_api(200)),
    "api/v1/me/mfa/totp": api(
        fresh(THEMSELF), post=people_api(201), delete=Door(401, 409, 409, 409, 409)
    ),
    "api/v1/me/mfa/totp/confirm": api(fresh(THEMSELF), post=people_api(400)),
    "api/v1/me/mfa/sms": api(
        fresh(THEMSELF), post=people_api(400), delete=people_api(409)
    ),
    "api/v1/me/mfa/sms/confirm": api(fresh(THEMSELF), post=people_api(400)),
    "api/v1/me/mfa/recovery-codes": api(
        fresh(THEMSELF), post=Door(401, 409, 409, 201, 409)
    ),
    # Ada alone has a factor to lose.
    "api/v1/me/mfa/lost": api(THEMSELF, post=Door(401, 409, 409, 201, 409)),
    "api/v1/me/mfa/lost/veto": api(THEMSELF, post=people_api(404)),
    "api/v1/phones": api(
        about(Permission.NUMBER_VIEW), get=people_api(200), post=people_api(400)
    ),
    "api/v1/phones/words": api(
        fresh(THEMSELF), get=people_api(200), post=people_api(200)
    ),
    "api/v1/phones/events": api(about(Permission.NUMBER_VIEW), get=people_api(200)),
    "api/v1/phones/<uuid:public_id>": api(
        about(Permission.NUMBER_VIEW),
        get=OWNERS_API_200,
        patch=people_api(400),
        delete=OWNERS_API_204,
    ),
    "api/v1/phones/<uuid:public_id>/send-code": api(
        fresh(about(Permission.NUMBER_CHANGE)), post=Door(401, 404, 404, 404, 409)
    ),
    "api/v1/phones/<uuid:public_id>/verify": api(
        fresh(about(Permission.NUMBER_CHANGE)), post=people_api(400)
    ),
    "api/v1/phones/<uuid:public_id>/make-primary": api(
        fresh(about(Permission.NUMBER_CHANGE)), post=OWNERS_API_200
    ),
    "api/v1/phones/<uuid:public_id>/confirm": api(
        fresh(about(Permission.NUMBER_CHANGE)), post=OWNERS_API_200
    ),
    "api/v1/notifications": api(signed_in, get=people_api(200)),
    "api/v1/notifications/read-all": api(signed_in, post=people_api(204)),
    "api/v1/notifications/test": api(signed_in, post=people_api(400)),
    "api/v1/notifications/<str:notification>/read": api(
        signed_in, post=people_api(404)
    ),
    "api/v1/tokens": api(THEMSELF, get=people_api(200), post=people_api(400)),
    "api/v1/tokens/<uuid:public_id>": api(THEMSELF, delete=people_api(404)),
    "api/v1/webhooks": api(THEMSELF, get=people_api(200), post=people_api(400)),
    "api/v1/webhooks/<uuid:public_id>": api(
        THEMSELF, get=OWNERS_API_200, patch=OWNERS_API_200, delete=OWNERS_API_204
    ),
    "api/v1/webhooks/<uuid:public_id>/rotate": api(
        fresh(THEMSELF), post=OWNERS_API_200
    ),
    "api/v1/webhooks/<uuid:public_id>/test": api(THEMSELF, post=OWNERS_API_202),
    "api/v1/webhooks/<uuid:public_id>/deliveries": api(THEMSELF, get=OWNERS_API_200),
    "api/v1/webhooks/<uuid:public_id>/deliveries/<uuid:delivery>/redeliver": api(
        THEMSELF, post=OWNERS_API_202
    ),
    "api/v1/providers": api(signed_in, get=people_api(200)),
    "api/v1/connections": api(signed_in, get=people_api(200), post=people_api(400)),
    "api/v1/connections/<uuid:public_id>": api(
        about(Permission.CONNECTION_VIEW),
        get=OWNERS_API_200,
        patch=OWNERS_API_200,
        delete=Door(401, 404, 404, 404, 204),
    ),
    # It has no token, which is what is found out.
    "api/v1/connections/<uuid:public_id>/test": api(
        about(Permission.CONNECTION_CHANGE), post=OWNERS_API_200
    ),
    "api/v1/connections/<uuid:public_id>/refresh": api(
        about(Permission.CONNECTION_CHANGE), post=OWNERS_API_200
    ),
    "api/v1/connections/<uuid:public_id>/usage": api(
        about(Permission.CONNECTION_VIEW), get=OWNERS_API_200
    ),
    "api/v1/connections/<uuid:public_id>/events": api(
        about(Permission.CONNECTION_VIEW), get=OWNERS_API_200
    ),
    "api/v1/usage": api(signed_in, get=people_api(200)),
    "api/v1/usage/texts": api(signed_in, get=people_api(200)),
    "api/v1/usage/days.csv": api(signed_in, get=people_api(200)),
    "api/v1/usage/charts/<slug:key>": api(signed_in, get=people_api(404)),
    "api/v1/figures/charts/<slug:key>": Row(
        requires(Permission.ANALYTICS_VIEW),
        {
            **dict.fromkeys(VERBS, Door(401, 403, 403, 405, 403)),
            "get": Door(401, 403, 403, 404, 403),
        },
    ),
    "api/v1/consents": api(about(Permission.CONSENT_VIEW), get=people_api(200)),
    "api/v1/reminders": api(
        about(Permission.REMINDER_VIEW), get=people_api(200), post=people_api(400)
    ),
    "api/v1/reminders/parse": api(signed_in, post=people_api(400)),
    # Bodies are empty: they change nothing, or are refused before a row is looked for.
    "api/v1/reminders/<uuid:public_id>": api(
        about(Permission.REMINDER_VIEW),
        get=OWNERS_API_200,
        patch=OWNERS_API_200,
        delete=OWNERS_API_204,
    ),
    "api/v1/reminders/<uuid:public_id>/snooze": api(
        about(Permission.REMINDER_CHANGE), post=OWNERS_API_200
    ),
    "api/v1/lists": api(
        about(Permission.LIST_VIEW), get=people_api(200), post=people_api(400)
    ),
    "api/v1/lists/<uuid:public_id>": api(
        about(Permission.LIST_VIEW),
        get=OWNERS_API_200,
        patch=people_api(400),
        delete=OWNERS_API_204,
    ),
    "api/v1/lists/<uuid:public_id>/clear": api(
        about(Permission.LIST_CHANGE), post=OWNERS_API_204
    ),
    "api/v1/lists/<uuid:public_id>/items": api(
        about(Permission.LIST_VIEW), get=OWNERS_API_200, post=people_api(400)
    ),
    "api/v1/lists/<uuid:public_id>/items/<uuid:item>": api(
        about(Permission.LIST_CHANGE), patch=people_api(400), delete=OWNERS_API_204
    ),
    "api/v1/events": api(
        about(Permission.EVENT_VIEW), get=people_api(200), post=people_api(400)
    ),
    "api/v1/events/<uuid:public_id>": api(
        about(Permission.EVENT_VIEW),
        get=OWNERS_API_200,
        patch=OWNERS_API_200,
        delete=OWNERS_API_204,
    ),
    "api/v1/shares": api(signed_in, get=people_api(200), post=people_api(400)),
    "api/v1/shares/blocked": api(signed_in, get=people_api(200)),
    "api/v1/shares/blocked/<uuid:person_id>": api(signed_in, delete=people_api(404)),
    "api/v1/events/in-step": api(signed_in, get=people_api(200), post=people_api(400)),
    "api/v1/events/in-step/able": api(signed_in, get=people_api(200)),
    "api/v1/events/in-step/lost": api(signed_in, get=people_api(200)),
    "api/v1/notes/in-step": api(signed_in, get=people_api(200), post=people_api(400)),
    "api/v1/notes/in-step/pages": api(signed_in, get=people_api(200)),
    "api/v1/notes/in-step/lost": api(signed_in, get=people_api(200)),
    "api/v1/in-step/<uuid:public_id>": api(signed_in, get=people_api(404)),
    "api/v1/in-step/<uuid:public_id>/pause": api(signed_in, post=people_api(404)),
    "api/v1/in-step/<uuid:public_id>/resume": api(signed_in, post=people_api(404)),
    "api/v1/in-step/<uuid:public_id>/compare": api(signed_in, post=people_api(404)),
    "api/v1/in-step/lost/<uuid:public_id>/settle": api(
        about(Permission.EVENT_CHANGE), post=people_api(404)
    ),
    "api/v1/in-step/lost/<uuid:public_id>/bring-back": api(
        about(Permission.EVENT_CHANGE), post=people_api(404)
    ),
    "api/v1/shares/<uuid:public_id>": api(
        signed_in, delete=Door(401, 204, 404, 404, 404)
    ),
    "api/v1/shares/<uuid:public_id>/accept": api(signed_in, post=OWNERS_API_200),
    "api/v1/shares/<uuid:public_id>/decline": api(signed_in, post=OWNERS_API_204),
    "api/v1/shares/<uuid:public_id>/block": api(signed_in, post=OWNERS_API_204),
    "api/v1/shares/<uuid:public_id>/people/<uuid:holder>": api(
        signed_in, delete=people_api(404)
    ),
    "api/v1/notes": api(
        about(Permission.NOTE_VIEW), get=people_api(200), post=people_api(400)
    ),
    "api/v1/notes/<uuid:public_id>": api(
        about(Permission.NOTE_VIEW),
        get=OWNERS_API_200,
        patch=people_api(400),
        delete=OWNERS_API_204,
    ),
    "api/v1/memory": api(
        about(Permission.FACT_VIEW),
        get=people_api(200),
        post=people_api(400),
        delete=people_api(204),
    ),
    "api/v1/memory/talked-about": api(
        signed_in, get=people_api(200), delete=people_api(204)
    ),
    "api/v1/memory/<uuid:public_id>": api(
        about(Permission.FACT_VIEW),
        get=OWNERS_API_200,
        patch=people_api(400),
        delete=OWNERS_API_204,
    ),
    "api/v1/approvals": api(about(Permission.APPROVAL_VIEW), get=people_api(200)),
    "api/v1/approvals/standing": api(signed_in, get=people_api(200)),
    "api/v1/approvals/standing/<uuid:public_id>": api(
        signed_in, delete=people_api(404)
    ),
    "api/v1/approvals/<uuid:public_id>": api(
        about(Permission.APPROVAL_VIEW), get=people_api(404)
    ),
    "api/v1/approvals/<uuid:public_id>/decide": api(signed_in, post=people_api(400)),
    "api/v1/features": api(signed_in, get=people_api(200)),
    "api/v1/features/brief/time": api(
        signed_in, get=people_api(200), put=people_api(400)
    ),
    "api/v1/features/<slug:key>": api(
        signed_in, get=people_api(404), patch=people_api(400)
    ),
    "api/v1/messages": api(signed_in, get=people_api(200), post=people_api(400)),
    "api/v1/messages/<str:message>": api(signed_in, get=people_api(404)),
    "api/v1/messages/files/<uuid:public_id>": api(signed_in, get=people_api(404)),
    "api/v1/messages/undo/<uuid:handle>": api(signed_in, post=people_api(404)),
    "api/v1/conversations": api(signed_in, get=people_api(200)),
    "api/v1/conversations/<str:conversation>/messages": api(
        signed_in, get=OWNERS_API_200
    ),
    "api/schema/": reads(public),
    "api/docs/": reads(ANYBODY),
}


# Of operators: whoever is none is told so before anything else.
def ada_api(status: Status) -> Door:
    return Door(401, 403, 403, status, 403)


def operators(permission: Permission, **status: Status) -> Row:
    doors = {verb: ada_api(status.get(verb, 405)) for verb in VERBS}
    return Row(at_console(permission), doors)


PERSON, TEXTS = "users/<uuid:public_id>", "sms/inbound/<slug:pk>"
OURS, TURN, CALL = "sms/outbound/<slug:pk>", "sms/turns/<slug:pk>", "sms/calls"
CONNECTION = "oauth/connections/<uuid:public_id>"
OPERATORS = {
    "users": operators(Permission.PERSON_VIEW, get=200, post=400),
    PERSON: operators(Permission.PERSON_VIEW, get=404, patch=404, delete=404),
    f"{PERSON}/suspend": operators(Permission.PERSON_SUSPEND, post=404),
    f"{PERSON}/restore": operators(Permission.PERSON_SUSPEND, post=404),
    f"{PERSON}/password-letter": operators(Permission.PERSON_SEND_RESET, post=404),
    f"{PERSON}/preferences": operators(Permission.PERSON_VIEW, get=404, patch=404),
    f"{PERSON}/sessions": operators(Permission.SIGN_IN_VIEW, get=404, delete=404),
    f"{PERSON}/sessions/<uuid:sid>": operators(
        Permission.SIGN_IN_VIEW, get=404, delete=404
    ),
    f"{PERSON}/devices": operators(Permission.BROWSER_VIEW, get=404),
    f"{PERSON}/devices/<uuid:browser_id>": operators(
        Permission.BROWSER_FORGET, delete=404
    ),
    f"{PERSON}/mfa": operators(Permission.FACTORS_VIEW, get=404),
    f"{PERSON}/mfa/reset": operators(Permission.FACTORS_RESET, post=404),
    f"{PERSON}/roles": operators(Permission.ROLE_HOLDERS_VIEW, get=404, post=400),
    f"{PERSON}/roles/<slug:slug>": operators(Permission.ROLE_REVOKE, delete=404),
    f"{PERSON}/may": operators(Permission.ROLE_HOLDERS_VIEW, get=400),
    f"{PERSON}/audit": operators(Permission.AUDIT_VIEW, get=404),
    f"{PERSON}/phones": operators(Permission.NUMBER_VIEW, get=404),
    f"{PERSON}/phones/<uuid:phone_id>": operators(Permission.NUMBER_VIEW, get=404),
    f"{PERSON}/connections": operators(Permission.CONNECTION_VIEW, get=404),
    f"{PERSON}/usage": operators(Permission.ANALYTICS_VIEW, get=404),
    "roles": operators(Permission.ROLE_VIEW, get=200, post=400),
    "roles/<slug:slug>": operators(
        Permission.ROLE_VIEW, get=404, patch=404, delete=404
    ),
    "roles/<slug:slug>/limits": operators(Permission.LIMITS_VIEW, get=404, patch=404),
    "roles/<slug:slug>/holders": operators(Permission.ROLE_HOLDERS_VIEW, get=404),
    "permissions": operators(Permission.ROLE_VIEW, get=200),
    "audit": operators(Permission.AUDIT_VIEW, get=200),
    # What other tests recorded stays.
    "audit/<slug:pk>": operators(Permission.AUDIT_VIEW, get=404),
    "audit/seals": operators(Permission.SEAL_VIEW, get=200),
    "audit/export/<slug:kind>": operators(Permission.AUDIT_EXPORT, get=404),
    "sms/inbound": operators(Permission.INBOUND_VIEW, get=200),
    TEXTS: operators(Permission.INBOUND_VIEW, get=404),
    f"{TEXTS}/journey": operators(Permission.INBOUND_VIEW, get=404),
    f"{TEXTS}/reveal": operators(Permission.INBOUND_REVEAL, post=404),
    "sms/outbound": operators(Permission.OUTBOUND_VIEW, get=200),
    OURS: operators(Permission.OUTBOUND_VIEW, get=404),
    f"{OURS}/journey": operators(Permission.OUTBOUND_VIEW, get=404),
    f"{OURS}/reveal": operators(Permission.OUTBOUND_REVEAL, post=404),
    "sms/turns": operators(Permission.TURN_VIEW, get=200),
    TURN: operators(Permission.TURN_VIEW, get=404),
    f"{TURN}/journey": operators(Permission.TURN_VIEW, get=404),
    CALL: operators(Permission.CALL_VIEW, get=200),
    f"{CALL}/<uuid:public_id>": operators(Permission.CALL_VIEW, get=404),
    f"{CALL}/<uuid:public_id>/reveal": operators(Permission.CALL_REVEAL, post=404),
    f"{CALL}/<uuid:public_id>/replay": operators(Permission.CALL_REPLAY, post=404),
    "phones": operators(Permission.NUMBER_VIEW, get=200),
    "oauth/connections": operators(Permission.CONNECTION_VIEW, get=200),
    # Alice's.
    CONNECTION: operators(Permission.CONNECTION_VIEW, get=200, delete=400),
    f"{CONNECTION}/pause": operators(Permission.CONNECTION_CHANGE, post=400),
    f"{CONNECTION}/resume": operators(Permission.CONNECTION_CHANGE, post=400),
    f"{CONNECTION}/renew": operators(Permission.CONNECTION_CHANGE, post=400),
    "oauth/events": operators(Permission.OAUTH_EVENT_VIEW, get=200),
    "oauth/providers": operators(Permission.PROVIDER_VIEW, get=200),
    "oauth/providers/<slug:provider>/stop": operators(
        Permission.PROVIDER_CHANGE, post=404
    ),
    "oauth/providers/<slug:provider>/resume": operators(
        Permission.PROVIDER_CHANGE, post=404
    ),
    "jobs": operators(Permission.JOB_VIEW, get=200),
    "jobs/requeue": operators(Permission.JOB_REQUEUE, post=400),
    "jobs/drop": operators(Permission.JOB_DROP, post=400),
    "jobs/<uuid:public_id>": operators(Permission.JOB_VIEW, get=404),
    "jobs/<uuid:public_id>/requeue": operators(Permission.JOB_REQUEUE, post=404),
    "jobs/<uuid:public_id>/drop": operators(Permission.JOB_DROP, post=404),
    "jobs/<uuid:public_id>/cancel": operators(Permission.JOB_REQUEUE, post=404),
    "alerts": operators(Permission.ALERT_VIEW, get=200),
    "alerts/rules": operators(Permission.RULE_VIEW, get=200),
    "alerts/rules/<str:rule>": operators(Permission.RULE_VIEW, get=404, patch=404),
    "alerts/<slug:pk>": operators(Permission.ALERT_VIEW, get=404),
    "alerts/<slug:pk>/acknowledge": operators(Permission.ALERT_ACKNOWLEDGE, post=404),
    "alerts/<slug:pk>/close": operators(Permission.ALERT_ACKNOWLEDGE, post=404),
}
ROWS |= {f"api/v1/admin/{place}": row for place, row in OPERATORS.items()}

# Django's console guards its pages in one place, AdminSite.admin_view; each page of
# it is tried below, so the rows are not repeated one by one.
SUMMARISED = ("admin/",)


class Route(NamedTuple):
    address: str
    view: Any
    namespaces: tuple[str, ...]


def _routes(
    resolver: URLResolver, prefix: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(address, entry.callback, namespaces)
        else:
            own = (entry.namespace,) if entry.namespace else ()
            yield from _routes(entry, address, (*namespaces, *own))


ROUTES = list(_routes(get_resolver()))


class Everybody(NamedTuple):
    cookies: dict[str, SimpleCookie]
    redis: furnished.Redis


@pytest.fixture(scope="module")
def everybody(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Everybody]:
    with furnished.rows(django_db_blocker):
        demo.people()
        _furnish_alice()
        found = {ANONYMOUS: SimpleCookie()}
        for person in demo.PEOPLE:
            client = Client()
            client.login(username=person.email, password=demo.password())
            prove_twice(client)
            found[person.email.partition("@")[0]] = client.cookies
        # The mail reader waits for letters on their way; here nobody sends them.
        Letter.objects.all().delete()
        with furnished.redis(django_db_blocker) as kept:
            yield Everybody(found, kept)


@pytest.fixture
def clients(everybody: Everybody, db: None, settings: Settings) -> dict[str, Client]:
    settings.POST_BACKEND = "apps.core.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = "/nonexistent"
    everybody.redis.put_back()
    # They proved it when the first of these tests began, which may be a while ago.
    now = timezone.now()
    LoginSession.objects.update(proved_at=now)
    LoginSession.objects.exclude(proved_twice_at=None).update(proved_twice_at=now)
    found = {who: Client() for who in everybody.cookies}
    for who, client in found.items():
        client.cookies = copy(everybody.cookies[who])
    return found


def test_every_address_has_a_row() -> None:
    known = set(ROWS)
    found = {route.address for route in ROUTES}
    unknown = {each for each in found - known if not each.startswith(SUMMARISED)}
    assert unknown == set()
    assert known <= found


def test_every_view_declares_what_its_row_says() -> None:
    for route in ROUTES:
        found = declared.of(route.view, route.namespaces)
        if route.address.startswith(SUMMARISED):
            assert found == declared.console, route
        else:
            assert found == ROWS[route.address].policy, route


@pytest.mark.parametrize("address", ROWS)
def test_each_door_opens_to_whom_it_should(
    address: str, clients: dict[str, Client]
) -> None:
    row, path = ROWS[address], _address(address)
    for verb in ("get", "put", "patch", "delete", "post"):
        found = [_ask(clients[who], verb, path) for who in CAST]
        fits = map(_fits, found, row.door(verb))
        assert all(fits), (verb, dict(zip(CAST, found, strict=True)))


@pytest.mark.parametrize("who", [ALICE, ADA])
def test_a_verb_that_is_not_there_is_refused_before_a_proof_is_asked_for(
    who: str, clients: dict[str, Client]
) -> None:
    column = Door._fields.index(who)
    wrong = [
        (verb, _address(address))
        for address, row in ROWS.items()
        for verb in VERBS
        if row.door(verb)[column] == 405
    ]
    long_ago = timezone.now() - timedelta(hours=2)
    LoginSession.objects.update(proved_at=long_ago)
    twice = LoginSession.objects.exclude(proved_twice_at=None)
    twice.update(proved_twice_at=long_ago)
    assert len(wrong) > 100
    refused = {each: _ask(clients[who], *each) for each in wrong}
    assert {each: found for each, found in refused.items() if found != 405} == {}


def test_the_console_is_for_operators(clients: dict[str, Client]) -> None:
    pages = [
        f"/{route.address}"
        for route in ROUTES
        if route.address.startswith("admin/") and not {"<", "^"} & set(route.address)
    ]
    assert len(pages) > 10
    open_anyway = {"/admin/login/", "/admin/jsi18n/", "/admin/logout/"}
    for page in set(pages) - open_anyway:
        answer = clients[ANONYMOUS].get(page)
        assert answer.status_code == 302, page
        assert answer["Location"].startswith("/accounts/login/?next="), page
        assert clients[ALICE].get(page).status_code == 403, page
        assert clients[ADA].get(page).status_code in {200, 302, 403, 404}, page


def test_the_facts_of_the_console_cannot_be_changed(clients: dict[str, Client]) -> None:
    for page in ("/admin/accounts/user/add/", "/admin/sms/inboundtext/add/"):
        assert clients[ADA].get(page).status_code == 403


@pytest.mark.parametrize("route", ["dev/phone/", "dev/phone/play/", "dev/mail/"])
def test_development_pages_are_not_there_on_a_server(
    route: str, clients: dict[str, Client], settings: Settings
) -> None:
    settings.PHONE_SIMULATOR = False
    for client in clients.values():
        assert client.get(f"/{route}").status_code == 404
        assert client.post(f"/{route}").status_code == 404


@pytest.mark.parametrize(
    "verb", ["primary", "remove", "label", "code", "code/send", "confirm"]
)
def test_nobody_acts_on_the_phone_of_another(
    verb: str, clients: dict[str, Client]
) -> None:
    before = _alices_phone()
    for who in (BOB, ADA):
        answer = clients[who].post(f"/app/phones/{before.public_id}/{verb}/")
        assert answer.status_code == 404
    assert _alices_phone().status == before.status


def _ask(client: Client, verb: str, path: str) -> int:
    sent: dict[str, Any] = {}
    if path.startswith("/api/") and verb != "get":
        sent = {"data": "{}", "content_type": "application/json"}
    return int(getattr(client, verb)(path, **sent).status_code)


def _fits(status: int, wanted: Status) -> bool:
    return status in wanted if isinstance(wanted, frozenset) else status == wanted


def _address(route: str) -> str:
    if "key/(?P" in route:
        return "/accounts/password/reset/key/1-x/"
    phone = str(_alices_phone().public_id)
    given = {r"<(uuid|str):\w+>": phone, "<slug:\\w+>": "totp", "<int:pk>": "1"}
    for part, value in given.items():
        route = re.sub(part, value, route)
    return f"/{route}"


def _furnish_alice() -> None:
    """By the same id as her phone, so that one address fits all."""
    phone = _alices_phone()
    same = {"user": phone.user, "public_id": phone.public_id}
    tomorrow = timezone.now() + timedelta(days=1)
    Reminder.objects.create(**same, text="call Ana", due_at=tomorrow, zone="UTC")
    shopping = List.objects.create(**same, name="Shopping", key="shopping")
    ListItem.objects.create(**same, list=shopping, text="milk")
    Event.objects.create(
        **same,
        title="dentist",
        zone="UTC",
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=1),
    )
    Note.objects.create(**same, text="the gate sticks")
    Fact.objects.create(**same, subject="shoe size", text="42")
    bob = User.objects.get(email="bob@example.com")
    Offer.objects.create(
        public_id=phone.public_id,
        owner=bob,
        person=phone.user,
        address=phone.user.email,
        list=List.objects.create(user=bob, name="Trip", key="trip"),
        level="view",
    )
    Connection.objects.create(
        user=phone.user,
        public_id=phone.public_id,
        provider="google",
        uid="1",
        features=["calendar.read"],
        connected_at=timezone.now(),
    )
    endpoint = Endpoint(**same, url="https://hooks.example/in", types=["message.sent"])
    endpoint.seal(["whsec_AAAA"])
    endpoint.save()
    Delivery.objects.create(
        public_id=phone.public_id,
        endpoint=endpoint,
        type="message.sent",
        happened_at=timezone.now(),
        state="delivered",
    )


def _alices_phone() -> PhoneNumber:
    return PhoneNumber.objects.get(user__email="alice@example.com")

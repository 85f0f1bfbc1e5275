"""What operators' addresses name: for each, how it comes to be there, about this person.

Everybody else is refused there before anything is looked for.
"""

from collections.abc import Callable
from datetime import timedelta

from apps.accounts import sessions
from apps.accounts.models import KnownBrowser, User
from apps.core import opaque
from apps.core.example import whole
from apps.integrations import operators
from apps.jobs import alarms, jobs, runner
from apps.jobs.models import Alert, Job
from apps.jobs.sightings import Seen
from apps.rbac import assignments, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import AuditEvent, Role
from apps.sms import numbers
from apps.sms.models import InboundText, OutboundText, Turn, WebhookCall
from tests.api.app import App
from tests.api.texts import texted
from tests.factories import UserFactory
from tests.integrations.accounts import connected
from tests.jobs.chores import tasks as chores

Names = dict[str, str]
Make = Callable[[User], Names]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"


def operator() -> User:
    """Ada, who may do everything, and asks about others."""
    user = User.objects.filter(email="ada@example.com").first()
    if user is None:
        user = UserFactory.create(email="ada@example.com")
        role = Role.objects.get(slug="administrator")
        assignments.grant(by=None, user=user, role=role, reason="test")
    return user


def account(user: User) -> Names:
    return {"public_id": str(user.public_id)}


def sign_in(user: User) -> Names:
    row = sessions.begin(
        user=user,
        client="browser",
        proved=["password"],
        twice=False,
        address="203.0.113.7",
        browser=FIREFOX,
    )
    return {**account(user), "sid": str(row.pk)}


def browser(user: User) -> Names:
    row = KnownBrowser.objects.create(
        user=user, digest="1" * 64, name="Firefox on Windows"
    )
    return {**account(user), "browser_id": str(row.public_id)}


def phone(user: User) -> Names:
    row = numbers.verify(user=user, e164="+12025550123")
    return {**account(user), "phone_id": str(row.public_id)}


def role(_: User) -> Names:
    """One that nobody has ever held."""
    may = [Permission.CONSOLE_ENTER, Permission.PERSON_VIEW]
    made = roles.create(
        by=operator(),
        slug="support",
        name="Support",
        permissions=may,
        inherits=[Role.objects.get(slug="user")],
    )
    return {"slug": made.slug}


def held_role(user: User) -> Names:
    """The same, given to this person."""
    named = role(user)
    assignments.grant(
        by=operator(),
        user=user,
        role=Role.objects.get(**named),
        reason="Helps out until the spring",
    )
    return {**account(user), **named}


def event(user: User) -> Names:
    """What an operator did about this person, by a request."""
    asked = whole(f"admin/users/{user.public_id}/password-letter")
    App(operator()).ask(
        "post",
        asked,
        {"reason": "She asked for it by phone"},
        **{"User-Agent": FIREFOX},
    )
    about = AuditEvent.objects.about(user.pk)
    found = about.of_action("accounts.password.send").latest("id")
    return {"id": opaque.name(AuditEvent, found.pk)}


def text_that_came(user: User) -> Names:
    return {"id": opaque.name(InboundText, texted(user).pk)}


def text_of_ours(user: User) -> Names:
    texted(user)
    found = OutboundText.objects.owned_by(user).latest("pk")
    return {"id": opaque.name(OutboundText, found.pk)}


def turn(user: User) -> Names:
    return {"id": opaque.name(Turn, texted(user).turn_id or 0)}


def call(user: User) -> Names:
    """Of the carrier, with a text of theirs."""
    found = WebhookCall.objects.get(sid=texted(user).sid)
    return {"public_id": str(found.pk)}


def dead_letter(user: User) -> Names:
    pk = jobs.enqueue(chores.go_wrong, "closed", by=user)
    runner.drain("default")
    return {"public_id": str(Job.objects.dead().get(pk=pk).public_id)}


def job_that_waits(user: User) -> Names:
    pk = jobs.enqueue(chores.note, "later", by=user)
    return {"public_id": str(Job.objects.get(pk=pk).public_id)}


def alert(_: User) -> Names:
    """One that fires."""
    seen = Seen("disk", "Disk full", "critical", "The disk of db-1 is full.")
    source = Alert.Source.PROMETHEUS
    alarms.begin(source, [seen], ends_in=timedelta(hours=1))
    found = Alert.objects.get(source=source, mark=seen.mark)
    return {"id": opaque.name(Alert, found.pk)}


def connection(user: User) -> Names:
    row = connected(user, "google", ["calendar.read", "mail.send"])
    return {"public_id": str(row.public_id)}


def paused_connection(user: User) -> Names:
    row = connected(user, "google", ["calendar.read"])
    operators.pause(by=operator(), row=row, reason="test")
    return {"public_id": str(row.public_id)}


def word(name: str, value: str) -> Make:
    """Names the same for everybody."""
    return lambda _: {name: value}


PEOPLE: dict[str, Make] = {
    "admin/audit/{id}": event,
    "admin/audit/export/{kind}": word("kind", "csv"),
    "admin/roles/{slug}": role,
    "admin/roles/{slug}/holders": held_role,
    "admin/users/{public_id}": account,
    "admin/users/{public_id}/devices/{browser_id}": browser,
    "admin/users/{public_id}/phones/{phone_id}": phone,
    "admin/users/{public_id}/roles/{slug}": held_role,
    "admin/users/{public_id}/sessions/{sid}": sign_in,
}
TEXTS: dict[str, Make] = {
    "admin/sms/calls/{public_id}": call,
    "admin/sms/inbound/{id}": text_that_came,
    "admin/sms/outbound/{id}": text_of_ours,
    "admin/sms/turns/{id}": turn,
}
THINGS: dict[str, Make] = {
    "admin/alerts/{id}": alert,
    "admin/alerts/rules/{rule}": word("rule", "jobs.messages_lag"),
    "admin/jobs/{public_id}": dead_letter,
    "admin/jobs/{public_id}/cancel": job_that_waits,
    "admin/oauth/connections/{public_id}": connection,
    "admin/oauth/connections/{public_id}/resume": paused_connection,
    "admin/oauth/providers/{provider}": word("provider", "google"),
    "figures/charts/{key}": word("key", "texts"),
}
EVERY = PEOPLE | TEXTS | THINGS

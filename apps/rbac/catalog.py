"""Every permission by name, and the roles that come with the product.

`app.subject.action`: the subject is a model of the app. Django's own name for the same
row is `app.action_subject`, so its admin and `has_perm` ask for the same thing. A
permission held through a role is about everybody's rows; what people may do with their
own rows is said in each app's `resources.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_noop


class Permission(StrEnum):
    CONSOLE_ENTER = "rbac.console.enter"

    ROLE_VIEW = "rbac.role.view"
    ROLE_ADD = "rbac.role.add"
    ROLE_CHANGE = "rbac.role.change"
    ROLE_DELETE = "rbac.role.delete"
    ROLE_GRANT = "rbac.roleassignment.add"
    ROLE_REVOKE = "rbac.roleassignment.delete"
    ROLE_HOLDERS_VIEW = "rbac.roleassignment.view"
    LIMITS_VIEW = "rbac.rolelimits.view"
    LIMITS_CHANGE = "rbac.rolelimits.change"

    AUDIT_VIEW = "rbac.auditevent.view"
    AUDIT_EXPORT = "rbac.auditevent.export"
    SEAL_VIEW = "rbac.auditseal.view"

    PERSON_VIEW = "accounts.user.view"
    PERSON_VIEW_PII = "accounts.user.view_pii"
    PERSON_ADD = "accounts.user.add"
    PERSON_CHANGE = "accounts.user.change"
    PERSON_CLOSE = "accounts.user.delete"
    PERSON_SUSPEND = "accounts.user.suspend"
    PERSON_SEND_RESET = "accounts.user.send_reset"
    PERSON_IMPERSONATE = "accounts.user.impersonate"
    SIGN_IN_VIEW = "accounts.loginsession.view"
    SIGN_IN_END = "accounts.loginsession.delete"

    BROWSER_VIEW = "accounts.knownbrowser.view"
    BROWSER_FORGET = "accounts.knownbrowser.delete"

    FACTORS_VIEW = "factors.factorstate.view"
    FACTORS_RESET = "factors.factorstate.reset"

    NUMBER_ADD = "sms.phonenumber.add"
    NUMBER_VIEW = "sms.phonenumber.view"
    NUMBER_CHANGE = "sms.phonenumber.change"
    NUMBER_DELETE = "sms.phonenumber.delete"
    NUMBER_EVENT_VIEW = "sms.numberevent.view"
    TURN_VIEW = "sms.turn.view"
    INBOUND_VIEW = "sms.inboundtext.view"
    INBOUND_REVEAL = "sms.inboundtext.reveal"
    OUTBOUND_VIEW = "sms.outboundtext.view"
    OUTBOUND_REVEAL = "sms.outboundtext.reveal"
    DELIVERY_VIEW = "sms.deliveryevent.view"
    OPT_OUT_VIEW = "sms.optout.view"
    LANE_VIEW = "sms.lane.view"
    ANSWERED_VIEW = "sms.answeredday.view"
    FINDING_VIEW = "sms.carrierfinding.view"
    CALL_VIEW = "sms.webhookcall.view"
    CALL_REVEAL = "sms.webhookcall.reveal"
    CALL_REPLAY = "sms.webhookcall.change"
    PRICE_VIEW = "sms.price.view"
    CHARGE_VIEW = "sms.charge.view"
    USAGE_LOG_VIEW = "sms.usagelog.view"
    BILL_VIEW = "sms.billline.view"
    ENTRY_VIEW = "sms.entry.view"
    ROUTER_VIEW = "sms.routerconfig.view"
    ROUTER_CHANGE = "sms.routerconfig.change"

    CONNECTION_ADD = "integrations.connection.add"
    CONNECTION_VIEW = "integrations.connection.view"
    CONNECTION_CHANGE = "integrations.connection.change"
    CONNECTION_DELETE = "integrations.connection.delete"
    CONSENT_VIEW = "integrations.consent.view"
    OAUTH_EVENT_VIEW = "integrations.oauthevent.view"
    OAUTH_USAGE_VIEW = "integrations.usage.view"
    PROVIDER_VIEW = "integrations.providerstate.view"
    PROVIDER_CHANGE = "integrations.providerstate.change"

    WEBHOOK_VIEW = "webhooks.endpoint.view"
    WEBHOOK_DELIVERY_VIEW = "webhooks.delivery.view"

    CONVERSATION_VIEW = "assistant.conversation.view"
    TOOL_CALL_VIEW = "assistant.toolcall.view"
    TOOL_CALL_REVEAL = "assistant.toolcall.reveal"
    APPROVAL_VIEW = "assistant.approval.view"
    APPROVAL_REVEAL = "assistant.approval.reveal"
    THOUGHT_VIEW = "assistant.thought.view"
    THOUGHT_REVEAL = "assistant.thought.reveal"
    REPORT_VIEW = "assistant.report.view"
    REPORT_REVEAL = "assistant.report.reveal"
    REPORT_CHANGE = "assistant.report.change"
    PHRASING_VIEW = "assistant.phrasing.view"
    PHRASING_ADD = "assistant.phrasing.add"
    PHRASING_CHANGE = "assistant.phrasing.change"
    REMINDER_ADD = "assistant.reminder.add"
    REMINDER_VIEW = "assistant.reminder.view"
    REMINDER_REVEAL = "assistant.reminder.reveal"
    REMINDER_CHANGE = "assistant.reminder.change"
    REMINDER_DELETE = "assistant.reminder.delete"

    LIST_ADD = "assistant.list.add"
    LIST_VIEW = "assistant.list.view"
    LIST_CHANGE = "assistant.list.change"
    LIST_DELETE = "assistant.list.delete"
    NOTE_ADD = "assistant.note.add"
    NOTE_VIEW = "assistant.note.view"
    NOTE_CHANGE = "assistant.note.change"
    NOTE_DELETE = "assistant.note.delete"
    EVENT_ADD = "assistant.event.add"
    EVENT_VIEW = "assistant.event.view"
    EVENT_REVEAL = "assistant.event.reveal"
    EVENT_CHANGE = "assistant.event.change"
    EVENT_DELETE = "assistant.event.delete"
    SYNC_VIEW = "assistant.sync.view"
    CALENDAR_VIEW = "assistant.calendar.view"
    CALENDAR_CHANGE = "assistant.calendar.change"
    FACT_ADD = "assistant.fact.add"
    FACT_VIEW = "assistant.fact.view"
    FACT_CHANGE = "assistant.fact.change"
    FACT_DELETE = "assistant.fact.delete"

    ANALYTICS_VIEW = "analytics.daysum.view"

    JOB_VIEW = "jobs.job.view"
    JOB_REQUEUE = "jobs.job.change"
    JOB_DROP = "jobs.job.delete"
    MISSED_RUNS_VIEW = "jobs.missedruns.view"
    PIPELINE_VIEW = "jobs.pipelinerun.view"
    STEP_VIEW = "jobs.steprun.view"
    STEP_CHANGE = "jobs.steprun.change"
    ALERT_VIEW = "jobs.alert.view"
    ALERT_ACKNOWLEDGE = "jobs.alert.change"
    RULE_VIEW = "jobs.rulesetting.view"
    RULE_CHANGE = "jobs.rulesetting.change"
    RETENTION_VIEW = "jobs.retentionrule.view"
    RETENTION_CHANGE = "jobs.retentionrule.change"
    LETTER_VIEW = "jobs.letter.view"
    SUPPRESSION_VIEW = "jobs.suppression.view"
    SUPPRESSION_LIFT = "jobs.suppression.delete"

    TIMETABLE_VIEW = "django_celery_beat.periodictask.view"
    TIMETABLE_ADD = "django_celery_beat.periodictask.add"
    TIMETABLE_CHANGE = "django_celery_beat.periodictask.change"
    TIMETABLE_DELETE = "django_celery_beat.periodictask.delete"


class Name(NamedTuple):
    """The parts of a permission's name."""

    app: str
    subject: str
    action: str

    @property
    def codename(self) -> str:
        return f"{self.action}_{self.subject}"

    @property
    def django(self) -> str:
        """What `user.has_perm` takes."""
        return f"{self.app}.{self.codename}"


def parts(permission: str) -> Name:
    """Raises ValueError for a name that does not follow the grammar."""
    app, subject, action = permission.split(".")
    return Name(app, subject, action)


def from_row(app: str, subject: str, codename: str) -> str:
    """The name of one of Django's rows."""
    return f"{app}.{subject}.{codename.removesuffix(f'_{subject}')}"


@dataclass(frozen=True)
class SystemRole:
    """A role that every installation has; only its limits can be edited."""

    slug: str
    name: str
    rank: int
    grants: frozenset[Permission]
    inherits: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


# Everybody with an account holds this one, without anybody granting it.
BASE = "user"
ADMINISTRATOR = "administrator"

_DOLLAR = 1_000_000
_FOR_EVERYBODY = frozenset(
    {
        Permission.REMINDER_ADD,
        Permission.LIST_ADD,
        Permission.NOTE_ADD,
        Permission.EVENT_ADD,
        Permission.FACT_ADD,
        Permission.NUMBER_ADD,
        Permission.CONNECTION_ADD,
    }
)

SYSTEM_ROLES = (
    SystemRole(
        BASE,
        gettext_noop("User"),
        10,
        _FOR_EVERYBODY,
        limits={
            "sessions": 5,
            "reply_segments": 2,
            "llm_micros": _DOLLAR // 2,
            "texts": 100,
            "connections": 4,
            "idle_minutes": 0,
        },
    ),
    SystemRole(
        "premium",
        gettext_noop("Premium"),
        20,
        frozenset(),
        inherits=(BASE,),
        limits={
            "sessions": 10,
            "reply_segments": 4,
            "llm_micros": 5 * _DOLLAR,
            "texts": 1_000,
            "connections": 20,
            "idle_minutes": 0,
        },
    ),
    SystemRole(
        ADMINISTRATOR,
        gettext_noop("Administrator"),
        30,
        frozenset(Permission) - _FOR_EVERYBODY,
        inherits=("premium",),
        limits={
            "sessions": 3,
            "reply_segments": 4,
            "llm_micros": 5 * _DOLLAR,
            "texts": 1_000,
            "connections": 20,
            # An unattended console is open to whoever sits down before it.
            "idle_minutes": 60,
        },
    ),
)

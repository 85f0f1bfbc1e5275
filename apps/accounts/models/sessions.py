"""One row per sign-in."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import Group
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import Greatest, RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.accounts.models.people import User
from apps.core import prepared, user_agents
from apps.core.ids import uuid7
from apps.rbac import catalog, limits
from apps.rbac.catalog import Permission

BROWSER_LENGTH = 256
_ENTER = catalog.parts(Permission.CONSOLE_ENTER)


class LoginSessionQuerySet(models.QuerySet["LoginSession"]):
    def owned_by(self, user: User) -> "LoginSessionQuerySet":
        return self.filter(user=user)

    def judged(self) -> "LoginSessionQuerySet":
        """With what `over` needs to know of the person's roles today."""
        enters = Group.objects.filter(
            user=OuterRef("user_id"),
            permissions__codename=_ENTER.codename,
            permissions__content_type__app_label=_ENTER.app,
        )
        idle = limits.expression("idle_minutes", person="user_id")
        found = {"idle_minutes": idle, "enters_console": Exists(enters)}
        return self.annotate(**found)

    def found(self, sid: UUID) -> "LoginSession | None":
        """A judged row with its person, by a statement that is written once and planned
        once a connection: both take longer than answering it, and every request asks.
        """
        found = prepared.rows(_statement(), [sid])
        return _made(found[0]) if found else None

    def beyond_limit(self) -> "LoginSessionQuerySet":
        """All of one person's but the newest, as many as their roles allow."""
        newest_first = [F("created_at").desc(), F("sid").desc()]
        return self.annotate(
            place=Window(RowNumber(), order_by=newest_first),
            most=Greatest(limits.allowed("sessions", person="user_id"), 1),
        ).filter(place__gt=F("most"))

    def end(self, ending: str, now: datetime) -> "list[LoginSession]":
        """Those of them that lasted until now, by one statement; only their ids and
        their persons' are known."""
        try:
            which, values = self.values("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        with connection.cursor() as cursor:
            cursor.execute(_END.format(which), [now, ending, *values])
            ended = cursor.fetchall()
        return [LoginSession(sid=sid, user_id=user_id) for sid, user_id in ended]

    def counted_up(self, sid: UUID, generation: int, now: datetime) -> bool:
        """Whether it lasted, and this was its generation until now."""
        return bool(prepared.rows(_COUNT_UP, [now, now, sid, generation, now]))


class LoginSession(models.Model):
    """What a browser's cookie or an app's tokens are bound to.

    Nothing that proves a sign-in counts without its row: whatever ends the row ends
    the cookie, the access token and the refresh token with the next request.
    """

    class Client(models.TextChoices):
        BROWSER = "browser", gettext_lazy("Browser")
        APP = "app", gettext_lazy("App")

    class Ending(models.TextChoices):
        SIGNED_OUT = "signed_out", "Signed out"
        ENDED = "ended", "Ended by its owner"
        NEWER = "newer", "Too many sign-ins, and this was the oldest"
        IDLE = "idle", "Not used for too long"
        EXPIRED = "expired", "A day was over"
        PASSWORD = "password", "The password was changed"
        FACTORS = "factors", "A second factor was changed"
        REUSED = "reused", "An old refresh token was used again"
        SUSPENDED = "suspended", "The account was closed"
        DEMOTED = "demoted", "The right to use the console was lost"
        OPERATOR = "operator", "Ended by an operator"
        PANIC = "panic", "Everything was ended at once"
        LOST = "lost", "Its browser's session was gone"

    sid = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, verbose_name="person", related_name="sign_ins"
    )
    client = models.CharField(max_length=7, choices=Client.choices)
    # What Django derives from the password: changes with it, whoever changes it.
    password_mark = models.CharField(max_length=64, editable=False)
    # Which refresh token is the good one, and since when.
    generation = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField(default=timezone.now)
    # What was proved when: "password", "totp", "webauthn" …
    methods = models.JSONField(default=list)
    proved_at = models.DateTimeField(default=timezone.now)
    # When a second factor was last proved in this sign-in.
    proved_twice_at = models.DateTimeField(null=True, blank=True)
    may_enter_console = models.BooleanField(default=False, editable=False)
    # The name that a browser's session lies under; empty while it is not known.
    kept_as = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    address = models.GenericIPAddressField(null=True, blank=True)
    browser = models.CharField(max_length=BROWSER_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)

    objects = LoginSessionQuerySet.as_manager()
    # Of `judged`.
    idle_minutes: int | None
    enters_console: bool

    class Meta:
        verbose_name = "sign-in"
        indexes: ClassVar = [
            models.Index(
                fields=["user", "created_at"],
                name="sign_ins_that_last",
                condition=Q(ended_at=None),
            ),
            # For whoever clears away what has long been over.
            models.Index(fields=["expires_at"], name="sign_ins_by_end"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="")
                | (Q(ended_at__isnull=False) & ~Q(ending="")),
                name="ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(days=1)),
                name="sign_ins_last_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-in {self.sid}"

    @property
    def is_strong(self) -> bool:
        """Whether a second factor was proved in it."""
        return self.proved_twice_at is not None

    @property
    def device(self) -> str:
        """ "Firefox on Windows", or what kind of client it is."""
        device = user_agents.said(user_agents.device(self.browser))
        return device or self.get_client_display()

    def over(self, now: datetime) -> str:
        """Why it holds no more, as an `Ending`; empty while it holds. Of a `judged` row
        with its person."""
        if self.ending:
            return self.ending
        if self.expires_at <= now:
            return self.Ending.EXPIRED
        if not self.user.is_active:
            return self.Ending.SUSPENDED
        if not self.user.is_password_mark(self.password_mark):
            return self.Ending.PASSWORD
        if self.may_enter_console and not self.enters_console:
            return self.Ending.DEMOTED
        idle = timedelta(minutes=self.idle_minutes or 0)
        if idle and self.last_seen_at + idle <= now:
            return self.Ending.IDLE
        return ""


_END = """
UPDATE accounts_loginsession SET ended_at = %s, ending = %s
WHERE sid IN ({}) AND ended_at IS NULL
RETURNING sid, user_id
"""
_COUNT_UP = """
UPDATE accounts_loginsession
SET generation = generation + 1, rotated_at = %s, last_seen_at = %s
WHERE sid = %s AND generation = %s AND ended_at IS NULL AND expires_at > %s
RETURNING sid
"""
_ANY = UUID(int=0)


@lru_cache(maxsize=1)
def _statement() -> str:
    """Only the sid is left open."""
    rows = LoginSession.objects.judged().select_related("user").filter(pk=_ANY)
    sql, params = rows.query.sql_with_params()
    return sql % tuple(
        "%s" if each == _ANY else prepared.written(each) for each in params
    )


def _made(columns: tuple[Any, ...]) -> LoginSession:
    """Django selects a row's own columns, what it is annotated with, then its
    person's."""
    own = len(LoginSession._meta.concrete_fields)
    row = prepared.made(LoginSession, columns[:own])
    row.idle_minutes, row.enters_console = columns[own : own + 2]
    row.user = prepared.made(User, columns[own + 2 :])
    return row

"""Who did or decided what, and the chain of seals that proves nobody changed it since.

    AuditEvent (by month) ──▶ AuditLeaves ──▶ AuditSeal ─▶ AuditSeal ─▶ … AuditAnchor

The tables are made by SQL in migration 0002 and are not managed by Django: the events
are partitioned, and the database refuses every change to what was recorded, also the
TRUNCATE with which Django empties managed tables between tests. People are plain
numbers without a constraint, so nobody's departure changes or deletes an event.
"""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Filters for operators; each returns the queryset, so they chain."""

    def about(self, person_id: int) -> Self:
        return self.filter(subject_id=person_id)

    def by(self, person_id: int) -> Self:
        return self.filter(actor_id=person_id)

    def involving(self, person_id: int) -> Self:
        return self.filter(
            Q(subject_id=person_id)
            | Q(actor_id=person_id)
            | Q(on_behalf_of_id=person_id)
        )

    def of_action(self, action: str) -> Self:
        """One action, or all below a prefix: "accounts", "accounts.session"."""
        return self.filter(Q(action=action) | Q(action__startswith=f"{action}."))

    def with_outcome(self, outcome: str) -> Self:
        return self.filter(outcome=outcome)

    def of_object(self, obj_type: str, obj_id: str = "") -> Self:
        found = self.filter(obj_type=obj_type)
        return found.filter(obj_id=obj_id) if obj_id else found

    def of_request(self, request_id: str) -> Self:
        return self.filter(request_id=request_id)

    def between(self, since: datetime | None, until: datetime | None) -> Self:
        """From `since` on, before `until`; months outside are not even looked at."""
        found = self.filter(at__gte=since) if since else self
        return found.filter(at__lt=until) if until else found


class AuditEvent(models.Model):
    """One decision, read, authentication event or change. Written by rbac/ledger.py."""

    # The transaction that wrote it. A default, and so filled in before `id` is drawn by
    # the trigger (migration 0007): rbac/seals.py relies on it.
    xid = models.BigIntegerField(editable=False)
    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    # Which fields a digest covers; see leaves.py.
    layout = models.SmallIntegerField()
    action = models.CharField(max_length=100)
    outcome = models.CharField(max_length=10)
    # Who acts: nobody signed in, or the system, is null.
    actor_id = models.BigIntegerField(null=True)
    # As whom they act, while an operator views the site as somebody else.
    on_behalf_of_id = models.BigIntegerField(null=True)
    # Whose data or account it is about.
    subject_id = models.BigIntegerField(null=True)
    obj_type = models.CharField(max_length=100, blank=True)
    obj_id = models.CharField(max_length=64, blank=True)
    # A code; what somebody wrote is among the sealed details.
    reason = models.CharField(max_length=64, blank=True)
    # What led to the decision: roles, grants, ownership.
    via = ArrayField(models.TextField())
    request_id = models.CharField(max_length=64, blank=True)
    # Sealed: address and browser of who acts; before, after and what is private.
    origin = models.BinaryField(null=True)
    details = models.BinaryField(null=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "rbac_auditevent"

    def __str__(self) -> str:
        return f"{self.action} {self.outcome}"


class AuditSeal(models.Model):
    """The signed statement that these events, and no others, stood here at that time."""

    number = models.BigIntegerField(primary_key=True)
    # Always one month's events, so that retention retires whole seals.
    month = models.DateField()
    count = models.IntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    # Over all seals so far.
    total = models.BigIntegerField()
    top_id = models.BigIntegerField()
    # The snapshot the events were read in: every transaction below `horizon` had
    # ended, none from `ceiling` on had drawn a number for an event.
    horizon = models.BigIntegerField()
    ceiling = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    root = models.BinaryField()
    previous = models.BinaryField()
    digest = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        managed = False
        db_table = "rbac_auditseal"

    def __str__(self) -> str:
        return f"seal {self.number}"


class AuditLeaves(models.Model):
    """The ids and digests under one seal, so that a check can name what was touched."""

    seal = models.BigIntegerField(primary_key=True)
    leaves = models.BinaryField()

    class Meta:
        managed = False
        db_table = "rbac_auditleaves"

    def __str__(self) -> str:
        return f"leaves of seal {self.seal}"


class AuditRetirement(models.Model):
    """The signed statement that a month's events were dropped, being old enough."""

    month = models.DateField(primary_key=True)
    count = models.BigIntegerField()
    retired_at = models.DateTimeField()
    signature = models.BinaryField()

    class Meta:
        managed = False
        db_table = "rbac_auditretirement"

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} retired"


class AuditAnchor(models.Model):
    """Where the chain ends: one row, so that a chain cut short is noticed."""

    id = models.SmallIntegerField(primary_key=True)
    number = models.BigIntegerField()
    digest = models.BinaryField()

    class Meta:
        managed = False
        db_table = "rbac_auditanchor"

    def __str__(self) -> str:
        return f"the chain ends at seal {self.number}"


class PersonKey(models.Model):
    """A person's data key, sealed by the vault; null for ever once destroyed.

    Person 0 is nobody in particular: events of strangers.
    """

    person_id = models.BigIntegerField(primary_key=True)
    sealed = models.TextField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "rbac_personkey"

    def __str__(self) -> str:
        return f"key of person {self.person_id}"


class SigningKey(models.Model):
    """The Ed25519 key of the seals: one row, made once, its private half sealed."""

    id = models.SmallIntegerField(primary_key=True)
    public = models.BinaryField()
    sealed = models.TextField()

    class Meta:
        managed = False
        db_table = "rbac_signingkey"

    def __str__(self) -> str:
        return "the key of the seals"

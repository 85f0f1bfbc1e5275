"""Who is what: roles on Django's groups, and who holds one for how long."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Role(models.Model):
    """A name for what somebody may do. Its permissions are those of its group.

    Whoever holds a role is in the groups of all roles it inherits as well
    (`assignments.settle`), so Django's own `has_perm` sees what we see.
    """

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    group = models.OneToOneField(
        Group, models.PROTECT, related_name="role", editable=False
    )
    inherits = models.ManyToManyField(
        "self", symmetrical=False, related_name="inherited_by", blank=True
    )
    # Of several roles somebody holds, the highest decides a limit.
    rank = models.PositiveSmallIntegerField(default=15)
    is_system = models.BooleanField(
        "comes with the product", default=False, editable=False
    )

    class Meta:
        ordering = ("rank", "slug")

    def __str__(self) -> str:
        return self.name


class RoleLimits(models.Model):
    """What a role may use. An empty field is as in the next lower role one holds."""

    role = models.OneToOneField(Role, models.CASCADE, related_name="limits")
    sessions = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Signed in at the same time."
    )
    reply_segments = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Parts of one reply before MORE."
    )
    llm_micros = models.BigIntegerField(
        "language model, millionths of a US dollar a month", null=True, blank=True
    )
    texts = models.PositiveIntegerField("texts a month", null=True, blank=True)
    connections = models.PositiveSmallIntegerField(
        "connected accounts", null=True, blank=True
    )
    idle_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Signed out after; 0 is never."
    )

    class Meta:
        verbose_name = verbose_name_plural = "role limits"

    def __str__(self) -> str:
        return f"Limits of {self.role}"


class AssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def live(self) -> "AssignmentQuerySet":
        """Neither taken back nor run out."""
        now = timezone.now()
        return self.filter(revoked_at=None).exclude(expires_at__lte=now)

    def lasting(self) -> "AssignmentQuerySet":
        """In force with no end set, of people who can sign in."""
        return self.filter(revoked_at=None, expires_at=None, user__is_active=True)


class RoleAssignment(models.Model):
    """Somebody holds a role, from somebody, for a reason, perhaps until a time."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_assignments"
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="assignments")
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(max_length=200)
    granted_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: until taken back."
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects: Any = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(revoked_at=None),
                name="rbac_one_live_assignment",
            ),
        )
        indexes = (
            models.Index(
                fields=["expires_at"],
                condition=Q(revoked_at=None, expires_at__isnull=False),
                name="rbac_ends_next",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} for {self.user}"

    @property
    def is_live(self) -> bool:
        has_ended = self.expires_at and self.expires_at <= timezone.now()
        return self.revoked_at is None and not has_ended


class Console(models.Model):
    """No table: what the permissions of the operators' console hang on."""

    class Meta:
        managed = False
        default_permissions = ()
        verbose_name = "console"

    def __str__(self) -> str:
        return "console"

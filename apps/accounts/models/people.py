from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models, transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy

from apps.accounts import names, passwords
from apps.core.ids import uuid7
from apps.core.spelling import canonical
from apps.rbac import assignments, catalog, membership, policy
from apps.rbac.catalog import Permission
from apps.rbac.models import Role


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """An administrator: nobody is above the roles, so that nothing goes unseen."""
        with transaction.atomic():
            user = self.create_user(email, password, **fields)
            role = Role.objects.get(slug=catalog.ADMINISTRATOR)
            assignments.grant(by=None, user=user, role=role, reason="made by command")
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email_canonical=canonical(username or ""))

    def locked(self, pk: int) -> "User":
        """The person as they are now, for the rest of the transaction. Rows that only
        name them can still be written, so whoever holds this may wait for their lane
        (sms/lanes.py), which is always taken after it."""
        return self.select_for_update(no_key=True).get(pk=pk)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with an e-mail address; there is no username."""

    class Clock(models.IntegerChoices):
        TWELVE = 12, gettext_lazy("9:30 PM")
        TWENTY_FOUR = 24, "21:30"

    class Weekday(models.IntegerChoices):
        """As Python counts them."""

        MONDAY = 0, gettext_lazy("Monday")
        SATURDAY = 5, gettext_lazy("Saturday")
        SUNDAY = 6, gettext_lazy("Sunday")

    class Theme(models.TextChoices):
        SYSTEM = "system", gettext_lazy("Like the device")
        LIGHT = "light", gettext_lazy("Light")
        DARK = "dark", gettext_lazy("Dark")
        CONTRAST = "contrast", gettext_lazy("High contrast")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField(gettext_lazy("e-mail address"), unique=True)
    email_canonical = models.EmailField(unique=True, editable=False)
    name = models.CharField(
        max_length=80,
        blank=True,
        validators=[names.insist_readable],
    )
    timezone = models.CharField(
        "time zone", max_length=64, default="UTC", help_text="An IANA name."
    )
    # Names of days and months, and what pages, letters and the assistant say if they
    # can (core/languages.py).
    locale = models.CharField(
        "language of dates", max_length=10, default="en", db_default="en"
    )
    clock_hours = models.PositiveSmallIntegerField(
        gettext_lazy("clock"),
        choices=Clock,
        default=Clock.TWELVE,
        db_default=Clock.TWELVE,
    )
    first_weekday = models.PositiveSmallIntegerField(
        gettext_lazy("first day of the week"),
        choices=Weekday,
        default=Weekday.MONDAY,
        db_default=Weekday.MONDAY,
    )
    theme = models.CharField(
        max_length=8,
        choices=Theme,
        default=Theme.SYSTEM,
        db_default=Theme.SYSTEM,
    )
    # On the person's own clock, over midnight or not; see quiet_hours.py.
    quiet_from = models.TimeField(gettext_lazy("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(gettext_lazy("quiet until"), null=True, blank=True)
    # Until then nothing is texted that they do not wait for, whatever the hour.
    paused_until = models.DateTimeField("paused until", null=True, blank=True)
    is_active = models.BooleanField(default=True)
    # Set while it is closed by its owner; without it, who is not active is suspended.
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set while nothing is done for them; see panic.py.
    frozen_at = models.DateTimeField("frozen", null=True, blank=True, editable=False)
    # Django's short cut past every permission does not exist here.
    is_superuser = False
    # Signed up, and not yet through or done with the steps after it
    # (portal/setting_up.py).
    is_setting_up = models.BooleanField(default=False, db_default=False, editable=False)
    # When the next of this person's roles runs out (rbac.membership keeps it).
    roles_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(closed_at=None),
                name="who_closed_it_is_out",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | (
                    models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & ~models.Q(quiet_from=models.F("quiet_until"))
                ),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_canonical = canonical(self.email)
        if "email" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "email_canonical"}
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                membership.settle([self.pk])

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(passwords.spelled(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Nobody's password is longer, and that of a megabyte is work."""
        is_short = len(raw_password or "") <= passwords.LONGEST
        return is_short and super().check_password(passwords.spelled(raw_password))

    @property
    def is_staff(self) -> bool:
        """Django's word for who may enter the console; the roles decide."""
        return bool(policy.can(self, Permission.CONSOLE_ENTER))

    @property
    def password_mark(self) -> str:
        """Another one with every password."""
        return self.get_session_auth_hash()

    def is_password_mark(self, mark: str) -> bool:
        """Also one made under a `SECRET_KEY` that is being retired."""
        marks = (self.password_mark, *self.get_session_auth_fallback_hash())
        return any(constant_time_compare(mark, each) for each in marks)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def short_name(self) -> str:
        """What to call them: the first name, else the address before the @."""
        return self.name.split()[0] if self.name.strip() else self.email.split("@")[0]

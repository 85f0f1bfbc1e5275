from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models

from apps.accounts.addresses import canonical
from apps.core.ids import uuid7


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
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, **fields
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email_canonical=canonical(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with an e-mail address; there is no username."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    email_canonical = models.EmailField(unique=True, editable=False)
    name = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(
        "time zone", max_length=64, default="UTC", help_text="An IANA name."
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_canonical = canonical(self.email)
        if "email" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "email_canonical"}
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def short_name(self) -> str:
        """What to call them: the first name, else the address before the @."""
        return self.name.split()[0] if self.name.strip() else self.email.split("@")[0]

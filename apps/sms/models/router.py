"""What operators set about texting, and what it was before."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class RouterConfig(models.Model):
    """One setting of the router as it is now. Its kind and default: `apps/sms/knobs/`."""

    config_key = models.CharField("setting", max_length=60, unique=True, editable=False)
    config_value = models.JSONField("value")
    description = models.CharField(max_length=200, editable=False)
    # Off: the default counts.
    is_active = models.BooleanField("on", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        db_table = "sms_router_configs"
        verbose_name = "router setting"

    def __str__(self) -> str:
        return self.config_key


class RouterVersion(models.Model):
    """A setting as it was left by each change. Never edited."""

    config = models.ForeignKey(RouterConfig, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    config_value = models.JSONField("value")
    is_active = models.BooleanField("on")
    changed_at = models.DateTimeField(auto_now_add=True)
    # Nobody: it came with a release.
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["config", "version"], name="one_of_each_version"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version}"

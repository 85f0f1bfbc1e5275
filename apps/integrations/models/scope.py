"""What a provider granted, scope by scope."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.integrations.models.connection import Connection


class Scope(models.Model):
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="scopes")
    scope = models.CharField(max_length=255)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oauth_scopes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "scope"],
                name="one_grant_of_a_scope",
                condition=Q(withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.scope

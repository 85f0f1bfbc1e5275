"""How it stands with a provider itself, whoever's connection it is."""

from typing import ClassVar

from django.db import models

from apps.integrations.models.connection import PROVIDER_LENGTH


class ProviderState(models.Model):
    """While it is open, no token of this provider is renewed and nobody is marked: what
    goes wrong there is not the fault of the people."""

    class Reason(models.TextChoices):
        NONE = "", "none"
        CLIENT = "client", "The provider refuses our client id or secret"
        WAVE = "wave", "It refuses many people at once"
        OPERATOR = "operator", "An operator stopped it"

    provider = models.CharField(max_length=PROVIDER_LENGTH, primary_key=True)
    opened_at = models.DateTimeField("stopped at", null=True, blank=True)
    reason = models.CharField(
        max_length=10, choices=Reason.choices, blank=True, default=""
    )
    # One try then, and if it goes well it is over. Never for an operator's.
    try_at = models.DateTimeField("tried again at", null=True, blank=True)

    class Meta:
        db_table = "oauth_providers"
        verbose_name = "provider"

    def __str__(self) -> str:
        return self.provider

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None


class DayBudget(models.Model):
    """What was used of something that a provider gives to all of us by the day."""

    provider = models.CharField(max_length=PROVIDER_LENGTH)
    name = models.CharField(max_length=40)
    day = models.DateField()
    # Nobody: of all together.
    user_id = models.BigIntegerField(default=0)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "oauth_day_budgets"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "name", "day", "user_id"], name="one_budget_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.day}"

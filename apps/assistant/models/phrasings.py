"""Words that operators taught the assistant."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Phrasing(models.Model):
    """A command of the grammar beside those of the release (phrases/, phrasings.py)."""

    class Time(models.TextChoices):
        NONE = "", "none is looked for"
        ANYWHERE = "anywhere", "anywhere, if there is one"
        NEEDED = "needed", "anywhere, and there must be one"
        SPAN = "span", "one that may have two ends, and must be there"

    language = models.CharField(max_length=8)
    tool = models.CharField(max_length=64)
    says = models.CharField("what people say", max_length=200)
    time = models.CharField("its time", max_length=8, choices=Time, blank=True)
    is_active = models.BooleanField("on", default=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["language", "says"], name="phrasing_once")
        ]

    def __str__(self) -> str:
        return self.says

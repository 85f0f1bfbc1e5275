"""Six-digit codes that were wrong, one after the other."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from apps.accounts import guessing
from apps.accounts.models import User

# Counts only while no wait is on: of tries at the same moment one is looked at.
_CHARGE = """
INSERT INTO factors_wrongcodes AS found (user_id, is_known, count, waits_until)
VALUES (%(user)s, %(is_known)s, 1, %(now)s + interval '1 second')
ON CONFLICT (user_id, is_known) DO UPDATE SET
    count = CASE WHEN found.count >= %(most)s THEN %(after)s ELSE found.count END + 1,
    waits_until = %(now)s + CASE WHEN found.count + 1 = %(most)s THEN %(frozen)s
        ELSE interval '1 second' * 2 ^ least(found.count, %(steps)s) END
    WHERE found.waits_until <= %(now)s
"""


class WrongCodesQuerySet(models.QuerySet["WrongCodes"]):
    def charge(self, user: User, *, is_known: bool) -> bool:
        """Count one more, before it is looked at. False while none is taken."""
        values: dict[str, Any] = {
            "user": user.pk,
            "is_known": is_known,
            "now": timezone.now(),
            "most": guessing.FAILURES_IN_A_ROW,
            "after": guessing.FAILURES_IN_A_ROW - guessing.TRIES_AFTER_FROST,
            "frozen": guessing.FROZEN_FOR,
            "steps": guessing.LONGEST_PAUSE_STEP - 1,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CHARGE, values)
            return bool(cursor.rowcount)


class WrongCodes(models.Model):
    """Since a factor was last proved, of all devices together; no row when none was.

    Whoever knows no more than the password uses up the tries of strangers, and leaves
    those of the owner's own browsers alone. After each there is a wait, twice as long
    as the one before; after too many none is taken for days.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="wrong_codes"
    )
    # Typed by somebody signed in, or in a browser where they were.
    is_known = models.BooleanField()
    count = models.PositiveIntegerField()
    waits_until = models.DateTimeField()

    objects = WrongCodesQuerySet.as_manager()

    class Meta:
        verbose_name = "wrong codes"
        verbose_name_plural = "wrong codes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "is_known"], name="wrong_codes_one_count_each"
            )
        ]

    def __str__(self) -> str:
        return f"wrong codes of {self.user_id}"

    @property
    def is_frozen(self) -> bool:
        return self.count >= guessing.FAILURES_IN_A_ROW and self.pause is not None

    @property
    def pause(self) -> datetime | None:
        """Until when no code is taken, if none is now."""
        return self.waits_until if self.waits_until > timezone.now() else None

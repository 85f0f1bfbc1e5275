"""Changes of the address we write to, while they can be undone."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from apps.accounts.models.people import User

# A holiday is longer, but an old mailbox must not hold an account for good.
DAYS_TO_UNDO = 7


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    def open(self) -> "EmailChangeQuerySet":
        """Those that can still be undone."""
        since = timezone.now() - timedelta(days=DAYS_TO_UNDO)
        return self.filter(undone_at=None, changed_at__gt=since)


class EmailChange(models.Model):
    """The old address got a link that undoes it; only its digest is kept."""

    user = models.ForeignKey(
        User, models.CASCADE, verbose_name="person", related_name="email_changes"
    )
    old = models.EmailField(db_index=True)
    new = models.EmailField()
    key_digest = models.CharField(max_length=64, unique=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = EmailChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change of e-mail address"
        verbose_name_plural = "changes of e-mail addresses"

    def __str__(self) -> str:
        return f"change of e-mail address {self.pk}"

"""What of the audit stands on the front page of the console."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from apps.rbac import seals, signing_key
from apps.rbac.audit import Outcome
from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Notice, Tile, Watch, counted
from apps.rbac.models import AuditEvent, AuditSeal


def _refused() -> int:
    """The index by time (block ranges) leaves the newest blocks to read."""
    since = timezone.now() - timedelta(hours=1)
    denied = AuditEvent.objects.with_outcome(Outcome.DENIED)
    return counted(denied.between(since, None))


def _seals_that_are_late() -> Iterator[Notice]:
    """Without events there is nothing to seal, however long that lasts."""
    last = AuditSeal.objects.order_by("-number").only("number", "top_id").first()
    waiting = AuditEvent.objects.filter(id__gt=last.top_id if last else 0)
    oldest = waiting.order_by("id").values_list("at", flat=True).first()
    if oldest is not None and oldest < timezone.now() - seals.SEALED_WITHIN:
        page = reverse("admin:rbac_auditseal_changelist")
        hours = (timezone.now() - oldest) // timedelta(hours=1)
        yield Notice(
            f"The audit has not been sealed for {hours} hours. Whether the worker runs,"
            " and whether a long transaction holds it up, comes first.",
            page,
            "bad",
        )


def _a_signing_key_that_does_not_open() -> Iterator[Notice]:
    try:
        signing_key.public()
    except ValueError:
        yield Notice(
            "The signing key of the audit does not open: nothing is sealed."
            " FIELD_ENCRYPTION_KEYS has lost its key, or somebody overwrote it.",
            reverse("admin:rbac_auditseal_changelist"),
            "bad",
        )


TILES = (
    Tile(
        "Refused, last hour",
        _refused,
        lambda: reverse("admin:rbac_auditevent_changelist") + "?outcome=denied",
        Permission.AUDIT_VIEW,
    ),
)
ATTENTION = (
    Watch(_seals_that_are_late, Permission.SEAL_VIEW),
    Watch(_a_signing_key_that_does_not_open, Permission.SEAL_VIEW),
)

"""What of the assistant stands on the front page of the console."""

from collections.abc import Iterator

from django.urls import reverse

from apps.assistant.models import Report
from apps.rbac.catalog import Permission
from apps.rbac.console.panel import Notice, Watch, counted


def _reported() -> Iterator[Notice]:
    if unseen := counted(Report.objects.filter(seen_at=None)):
        words = "1 person reports" if unseen == 1 else f"{unseen} reports say"
        listed = reverse("admin:assistant_report_changelist")
        yield Notice(f"{words} that an answer was wrong.", f"{listed}?seen=no")


TILES = ()
ATTENTION = (Watch(_reported, Permission.REPORT_VIEW),)

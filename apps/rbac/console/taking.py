"""What operators take away of the audit: what the list shows, all of it, as a file."""

from collections.abc import Callable
from typing import Any

from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone

from apps.core.errors import Invalid, NotFound
from apps.rbac import audit, exports, policy, verdicts
from apps.rbac.catalog import Permission
from apps.rbac.console.search import Search
from apps.rbac.models import AuditEvent

KINDS: dict[str, tuple[str, Callable[[Any, int | None], Any]]] = {
    "csv": ("text/csv; charset=utf-8", exports.csv_lines),
    "ndjson": ("application/x-ndjson", exports.ndjson_lines),
}
MAY = (
    Permission.AUDIT_VIEW,
    Permission.AUDIT_EXPORT,
    # An export opens what is sealed.
    Permission.PERSON_VIEW_PII,
)


def sent(*, by: Any, asked: QueryDict, kind: str) -> StreamingHttpResponse:
    """What is sealed is opened for one person at most. Raises NotFound for another kind,
    Forbidden, Invalid for filters with an error, Unavailable."""
    if kind not in KINDS:
        raise NotFound
    for permission in MAY:
        if not policy.can(by, permission):
            verdicts.insist(by, permission)
    search = Search(asked)
    events = search.narrow(AuditEvent.objects.all())
    if search.errors:
        raise Invalid("The filters have an error. Look at the list first.")
    subject = search.cleaned_data["subject"]
    audit.decided(
        Permission.AUDIT_EXPORT,
        allowed=True,
        actor=by,
        subject=subject,
        obj=AuditEvent,
        private={"kind": kind, "filters": asked.dict()},
        now=True,
    )
    content_type, lines = KINDS[kind]
    name = f"audit-{timezone.now():%Y-%m-%d-%H%M}.{kind}"
    return StreamingHttpResponse(
        lines(events, subject),
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )

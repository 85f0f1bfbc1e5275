"""What of the assistant belongs to a person."""

from apps.assistant.models import Approval, Reminder, ToolCall
from apps.rbac.catalog import Permission
from apps.rbac.resources import Resource, own

RESOURCES = (
    Resource(
        Reminder,
        own(
            Permission.REMINDER_VIEW,
            Permission.REMINDER_CHANGE,
            Permission.REMINDER_DELETE,
        ),
    ),
    Resource(ToolCall, own(Permission.TOOL_CALL_VIEW)),
    Resource(Approval, own(Permission.APPROVAL_VIEW)),
)

"""What of the assistant belongs to a person."""

from apps.assistant.models import Approval, Event, Fact, List, Note, Reminder, ToolCall
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
    Resource(
        List,
        own(Permission.LIST_VIEW, Permission.LIST_CHANGE, Permission.LIST_DELETE),
    ),
    Resource(
        Note,
        own(Permission.NOTE_VIEW, Permission.NOTE_CHANGE, Permission.NOTE_DELETE),
    ),
    Resource(
        Event,
        own(Permission.EVENT_VIEW, Permission.EVENT_CHANGE, Permission.EVENT_DELETE),
    ),
    Resource(
        Fact,
        own(Permission.FACT_VIEW, Permission.FACT_CHANGE, Permission.FACT_DELETE),
    ),
    Resource(ToolCall, own(Permission.TOOL_CALL_VIEW)),
    Resource(Approval, own(Permission.APPROVAL_VIEW)),
)

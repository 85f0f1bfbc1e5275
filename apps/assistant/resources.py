"""What of the assistant belongs to a person."""

from apps.assistant.models import (
    Approval,
    Calendar,
    CalendarShare,
    Event,
    Fact,
    List,
    ListShare,
    Note,
    NoteShare,
    Reminder,
    ToolCall,
)
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
        user_shares=ListShare,
    ),
    Resource(
        Note,
        own(Permission.NOTE_VIEW, Permission.NOTE_CHANGE, Permission.NOTE_DELETE),
        user_shares=NoteShare,
    ),
    Resource(
        Event,
        own(Permission.EVENT_VIEW, Permission.EVENT_CHANGE, Permission.EVENT_DELETE),
    ),
    Resource(
        Fact,
        own(Permission.FACT_VIEW, Permission.FACT_CHANGE, Permission.FACT_DELETE),
    ),
    Resource(
        Calendar,
        own(Permission.CALENDAR_VIEW, Permission.CALENDAR_CHANGE),
        user_shares=CalendarShare,
    ),
    Resource(ToolCall, own(Permission.TOOL_CALL_VIEW)),
    Resource(Approval, own(Permission.APPROVAL_VIEW)),
)

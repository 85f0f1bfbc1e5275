"""Facts of the assistant: what was asked, what was done, what is due."""

from apps.assistant.models.approvals import Approval, StandingApproval
from apps.assistant.models.briefs import Brief
from apps.assistant.models.calls import Risk, ToolCall
from apps.assistant.models.conversations import Conversation
from apps.assistant.models.deltas import ToolDelta
from apps.assistant.models.events import Event
from apps.assistant.models.features import FeatureSetting
from apps.assistant.models.lists import List, ListItem
from apps.assistant.models.notes import Fact, Note
from apps.assistant.models.phrasings import Phrasing
from apps.assistant.models.reminders import Reminder
from apps.assistant.models.reports import Report
from apps.assistant.models.sharing import (
    Block,
    Calendar,
    CalendarShare,
    ListShare,
    NoteShare,
    Offer,
)
from apps.assistant.models.sync import Sync, SyncLink
from apps.assistant.models.thoughts import Summary, Thought

__all__ = [
    "Approval",
    "Block",
    "Brief",
    "Calendar",
    "CalendarShare",
    "Conversation",
    "Event",
    "Fact",
    "FeatureSetting",
    "List",
    "ListItem",
    "ListShare",
    "Note",
    "NoteShare",
    "Offer",
    "Phrasing",
    "Reminder",
    "Report",
    "Risk",
    "StandingApproval",
    "Summary",
    "Sync",
    "SyncLink",
    "Thought",
    "ToolCall",
    "ToolDelta",
]

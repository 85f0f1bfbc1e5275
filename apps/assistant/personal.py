"""What is kept of a person here: what they asked for, and what is due."""

from apps.assistant.models import Conversation, Reminder, ToolCall
from apps.core.dossier import Kept

PERSONAL = (
    Kept(
        Reminder,
        ("user",),
        "Your reminders, also those that are done or deleted.",
        name="reminders",
        columns={
            "id": "public_id",
            "text": "text",
            "due_at": "due_at",
            "time_zone": "zone",
            "state": "state",
            "texted_at": "fired_at",
            "snoozes": "snoozes",
            "note": "note",
            "created_at": "created_at",
            "updated_at": "updated_at",
        },
    ),
    Kept(
        ToolCall,
        ("user",),
        "What the assistant did for you, and what it said of it.",
        name="assistant",
        columns={
            "did": "tool",
            "with": "arguments",
            "state": "state",
            "result": "result",
            "receipt": "receipt",
            "at": "created_at",
        },
    ),
    Kept(
        Conversation,
        ("user",),
        "What the assistant last asked you, and what MORE would show.",
        name="conversation",
        columns={
            "question": "question",
            "question_until": "question_until",
            "menu": "menu",
            "menu_until": "menu_until",
            "more": "overflow",
            "more_until": "overflow_until",
            "updated_at": "updated_at",
        },
    ),
)

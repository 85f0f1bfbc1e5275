"""What is kept of a person here: what they asked for, and what is due."""

from apps.assistant.models import (
    Approval,
    Conversation,
    FeatureSetting,
    Reminder,
    StandingApproval,
    ToolCall,
)
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
        Approval,
        ("user",),
        "What waited for your yes, and what you answered.",
        name="approvals",
        columns={
            "what": "sentence",
            "about": "about",
            "asked_at": "asked_at",
            "expires_at": "expires_at",
            "decision": "decision",
            "decided_at": "decided_at",
            "decided_via": "decided_via",
        },
    ),
    Kept(
        StandingApproval,
        ("user",),
        "What the assistant need not ask you again.",
        name="standing_approvals",
        columns={"did": "tool", "about": "about", "given_at": "given_at"},
    ),
    Kept(
        FeatureSetting,
        ("user",),
        "What you have switched on or off.",
        name="features",
        columns={"feature": "feature", "is_on": "is_on", "changed_at": "changed_at"},
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

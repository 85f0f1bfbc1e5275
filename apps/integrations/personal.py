"""What is kept of a person here: what they connected, what they allowed, never a token."""

from typing import Any

from allauth.socialaccount.models import SocialAccount, SocialToken

from apps.core.dossier import Kept
from apps.integrations.models import (
    CallDelta,
    Connection,
    Consent,
    DayBudget,
    OAuthEvent,
    Scope,
    Token,
    Usage,
)


def _sums(user: Any) -> Any:
    return CallDelta.objects.filter(user_id=user.pk)


def _budgets(user: Any) -> Any:
    return DayBudget.objects.filter(user_id=user.pk)


PERSONAL = (
    Kept(
        Token,
        ("connection",),
        "What providers gave us to act for you: whoever has it could.",
    ),
    Kept(
        Scope,
        ("connection",),
        "What the providers granted, in their own words.",
        name="grants",
        columns={
            "connection": "connection.public_id",
            "scope": "scope",
            "granted_at": "granted_at",
            "withdrawn_at": "withdrawn_at",
        },
        of=lambda user: Scope.objects.filter(connection__user=user).select_related(
            "connection"
        ),
    ),
    Kept(
        Usage,
        ("connection",),
        "How much of a provider was used, by the day.",
        name="use-of-connections",
        columns={
            "connection": "connection.public_id",
            "what": "capability",
            "day": "day",
            "calls": "calls",
            "failures": "failures",
        },
        of=lambda user: Usage.objects.filter(connection__user=user).select_related(
            "connection"
        ),
    ),
    Kept(
        OAuthEvent,
        ("user",),
        "What happened between us and the providers.",
        name="events-of-connections",
        columns={
            "at": "at",
            "provider": "provider",
            "what": "get_kind_display",
            "outcome": "outcome",
        },
    ),
    Kept(
        Consent,
        ("user", "actor_id"),
        "What you were asked, and what you said.",
        name="consents",
        columns={
            "at": "at",
            "provider": "provider",
            "account": "account",
            "what": "get_event_display",
            "features": "features",
            "scopes_asked": "scopes_asked",
            "scopes_granted": "scopes_granted",
            "words": "text",
            "edition": "text_version",
            "channel": "get_channel_display",
            "address": "address",
            "browser": "browser",
        },
    ),
    Kept(
        Connection,
        ("user",),
        "Accounts you connected, also those you gave up.",
        name="connections",
        columns={
            "id": "public_id",
            "provider": "provider",
            "account": "label",
            "account_id": "uid",
            "status": "get_status_display",
            "why": "get_reason_display",
            "features": "features",
            "connected_at": "connected_at",
            "ended_at": "ended_at",
            "last_used_at": "last_used_at",
        },
    ),
    Kept(
        CallDelta,
        ("user_id",),
        "Each use of a connection once more, for sums.",
        stays="Gone as soon as it is added up.",
        also=_sums,
    ),
    Kept(
        DayBudget,
        ("user_id",),
        "What you used today of what a provider gives to all of us.",
        stays="Sums of all people together have no person.",
        also=_budgets,
    ),
    Kept(
        SocialAccount,
        ("user",),
        "Accounts elsewhere that you sign in with.",
        name="sign-in-accounts",
        columns={
            "provider": "provider",
            "account": "uid",
            "address": lambda row: row.extra_data.get("email", ""),
            "added_at": "date_joined",
            "last_used_at": "last_login",
        },
    ),
    Kept(SocialToken, ("account",), "Empty: tokens of sign-ins are not kept."),
)

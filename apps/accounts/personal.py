"""What is kept of a person here: who they are, and where they sign in."""

from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation

from apps.accounts.models import (
    DataExport,
    EmailChange,
    ExportPart,
    KnownBrowser,
    LoginSession,
    PersonalToken,
    ReadNotification,
    User,
)
from apps.core.dossier import Kept

# Django's own tables between people and roles or permissions.
_fields: Any = User._meta
_Groups = _fields.get_field("groups").remote_field.through
_Permissions = _fields.get_field("user_permissions").remote_field.through

PERSONAL = (
    Kept(
        User,
        ("email", "email_canonical"),
        "Your profile and preferences.",
        name="profile",
        columns={
            "id": "public_id",
            "email": "email",
            "name": "name",
            "time_zone": "timezone",
            "language_of_dates": "locale",
            "clock_hours": "clock_hours",
            "first_day_of_the_week": "get_first_weekday_display",
            "theme": "theme",
            "quiet_from": "quiet_from",
            "quiet_until": "quiet_until",
            "paused_until": "paused_until",
            "frozen_at": "frozen_at",
            "last_signed_in_at": "last_login",
            "created_at": "created_at",
        },
        of=lambda user: User.objects.filter(pk=user.pk),
    ),
    Kept(
        EmailAddress,
        ("user", "email"),
        "Your e-mail addresses.",
        name="email-addresses",
        columns={"email": "email", "is_verified": "verified", "is_primary": "primary"},
    ),
    Kept(
        EmailConfirmation,
        ("email_address",),
        "A link that proves an address, for a day: whoever has it could use it.",
    ),
    Kept(
        EmailChange,
        ("user", "old", "new"),
        "Changes of the address we write to.",
        name="email-changes",
        columns={
            "old": "old",
            "new": "new",
            "changed_at": "changed_at",
            "undone_at": "undone_at",
        },
    ),
    Kept(
        LoginSession,
        ("user",),
        "Where you were signed in, from which address and with what.",
        name="sign-ins",
        columns={
            "id": "sid",
            "client": "client",
            "device": "device",
            "browser": "browser",
            "address": "address",
            "proved_by": "methods",
            "created_at": "created_at",
            "last_seen_at": "last_seen_at",
            "expires_at": "expires_at",
            "ended_at": "ended_at",
            "why_it_ended": "get_ending_display",
        },
    ),
    Kept(
        KnownBrowser,
        ("user",),
        "Browsers and apps you signed in with.",
        name="browsers",
        columns={
            "id": "public_id",
            "name": "called",
            "kind": "client",
            "created_at": "created_at",
            "last_seen_at": "last_seen_at",
            "trusted_until": "trusted_until",
        },
    ),
    Kept(
        PersonalToken,
        ("user",),
        "Tokens that you made for programs of your own; what they are is kept by nobody.",
        name="tokens",
        columns={
            "id": "public_id",
            "name": "name",
            "scopes": "scopes",
            "created_at": "created_at",
            "expires_at": "expires_at",
            "last_used_at": "last_used_at",
        },
    ),
    Kept(
        ReadNotification,
        ("user",),
        "Which notifications you have read.",
        name="read-notifications",
        columns={"id": "key", "read_at": "at"},
    ),
    Kept(
        DataExport,
        ("user",),
        "Exports like this one, while they can be fetched.",
        name="exports",
        columns={
            "id": "public_id",
            "asked_at": "created_at",
            "ready_at": "ready_at",
            "expires_at": "expires_at",
            "bytes": "size",
        },
    ),
    Kept(ExportPart, ("export",), "The files of your exports, in sealed pieces."),
    Kept(_Groups, ("user",), "What your roles come to; roles have their own file."),
    Kept(_Permissions, ("user",), "Empty: permissions come by roles."),
)

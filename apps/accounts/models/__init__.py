"""People, their addresses, their sign-ins, and the browsers they use."""

from apps.accounts.models.browsers import KnownBrowser
from apps.accounts.models.email_changes import EmailChange
from apps.accounts.models.exports import DataExport, ExportPart
from apps.accounts.models.notifications import ReadNotification
from apps.accounts.models.people import User, UserManager
from apps.accounts.models.personal_tokens import PersonalToken
from apps.accounts.models.sessions import LoginSession

__all__ = [
    "DataExport",
    "EmailChange",
    "ExportPart",
    "KnownBrowser",
    "LoginSession",
    "PersonalToken",
    "ReadNotification",
    "User",
    "UserManager",
]

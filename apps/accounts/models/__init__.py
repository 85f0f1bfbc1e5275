"""People, and their sign-ins."""

from apps.accounts.models.people import User, UserManager
from apps.accounts.models.sessions import LoginSession

__all__ = ["LoginSession", "User", "UserManager"]

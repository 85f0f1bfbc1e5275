"""A role was given to somebody, or is theirs no more."""

from django.utils.translation import gettext

from apps.accounts import letters, sessions
from apps.core import languages
from apps.rbac.models import RoleAssignment


def end_demoted(assignment: RoleAssignment, *, is_given: bool) -> None:
    """At once: whoever is given it back a moment later begins anew."""
    if not is_given:
        sessions.end_demoted(assignment.user)


def tell(assignment: RoleAssignment, *, is_given: bool) -> None:
    """Not of what nobody did, like the role of who sets the service up."""
    if is_given and assignment.granted_by is None:
        return
    user, until = assignment.user, assignment.expires_at
    with languages.speaking(user.locale):
        role = gettext(assignment.role.name)
    letters.tell(
        user,
        "role_given" if is_given else "role_ended",
        role=role,
        # Whoever gave it sat there, not they.
        place="",
        until=letters.in_words(until, user) if until else "",
    )


ON_ROLES = (end_demoted, tell)

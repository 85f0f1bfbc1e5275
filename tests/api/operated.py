"""What operators' addresses name: for each, how it comes to be there, about this person.

Everybody else is refused there before anything is looked for.
"""

from collections.abc import Callable

from apps.accounts.models import User
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.factories import UserFactory

Names = dict[str, str]
Make = Callable[[User], Names]


def operator() -> User:
    """Ada, who may do everything, and asks about others."""
    user = User.objects.filter(email="ada@example.com").first()
    if user is None:
        user = UserFactory.create(email="ada@example.com")
        role = Role.objects.get(slug="administrator")
        assignments.grant(by=None, user=user, role=role, reason="test")
    return user


def account(user: User) -> Names:
    return {"public_id": str(user.public_id)}


def word(name: str, value: str) -> Make:
    """Names the same for everybody."""
    return lambda _: {name: value}


PEOPLE: dict[str, Make] = {
    "admin/users/{public_id}": account,
}
TEXTS: dict[str, Make] = {}
THINGS: dict[str, Make] = {
    "figures/charts/{key}": word("key", "texts"),
}
EVERY = PEOPLE | TEXTS | THINGS

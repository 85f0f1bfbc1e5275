"""Who is who in the tests of roles."""

from typing import Any

from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from apps.accounts.models import User
from apps.rbac import assignments
from apps.rbac.models import Role
from tests.factories import UserFactory
from tests.rbac.things.models import Thing


class ThingFactory(DjangoModelFactory[Thing]):
    class Meta:
        model = Thing

    user = SubFactory(UserFactory)


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def person(*roles: str, **fields: Any) -> User:
    """Somebody who holds these roles, given by the system."""
    user: User = UserFactory.create(**fields)
    for slug in roles:
        assignments.grant(by=None, user=user, role=role(slug), reason="test")
    return User.objects.get(pk=user.pk)


def fresh(user: User) -> User:
    """The same person, as the next request loads them."""
    return User.objects.get(pk=user.pk)

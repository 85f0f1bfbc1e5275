"""Who is who in the tests of roles."""

from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client
from factory.declarations import SubFactory
from factory.django import DjangoModelFactory

from apps.accounts.models import User
from apps.rbac import assignments, roles
from apps.rbac.catalog import Permission
from apps.rbac.models import Role
from tests.factories import UserFactory
from tests.rbac.things.models import Thing
from tests.sign_in import signed_in


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


def verified(email: str, *held: str) -> User:
    """With a proved address, and these roles."""
    user = person(*held, email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def fresh(user: User) -> User:
    """The same person, as the next request loads them."""
    return User.objects.get(pk=user.pk)


def helper(ada: User, *permissions: Permission) -> Client:
    """Somebody whose role lets them into the console, and these permissions."""
    roles.create(
        by=ada,
        slug="helper",
        name="Helper",
        permissions=[Permission.CONSOLE_ENTER, *permissions],
    )
    return signed_in(person("helper"))

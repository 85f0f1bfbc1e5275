"""The cast: Alice owns things, Bob has the same role, Charlie sees nothing, Ada runs it."""

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory, Password

from apps.accounts.models import User
from apps.sms.models import PhoneNumber

PASSWORD = "correct-horse-battery-staple"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        django_get_or_create = ("email",)
        skip_postgeneration_save = True

    email = Sequence(lambda n: f"person{n}@example.com")
    name = "Alice Archer"
    timezone = "America/New_York"
    password = Password(PASSWORD)


class PhoneNumberFactory(DjangoModelFactory[PhoneNumber]):
    """A verified primary number."""

    class Meta:
        model = PhoneNumber

    user = SubFactory(UserFactory)
    e164 = Sequence(lambda n: f"+1202555{1000 + n}")
    status = PhoneNumber.Status.VERIFIED
    is_primary = True
    verified_at = LazyFunction(timezone.now)

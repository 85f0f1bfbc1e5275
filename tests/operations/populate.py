"""A person who texts, has a webhook and may connect accounts, in the database of the
environment: prints a token of theirs for the API. Strangers are answered no more: their
budget is used up."""

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402  (after the settings)

from apps.accounts import sessions, tokens  # noqa: E402
from apps.sms import router  # noqa: E402
from apps.sms.models import RouterConfig  # noqa: E402
from apps.webhooks import endpoints  # noqa: E402
from apps.webhooks.models import Type  # noqa: E402
from tests.factories import PhoneNumberFactory, UserFactory  # noqa: E402

NUMBER = "+12025550150"

if __name__ == "__main__":
    # Nobody signs in by it, and a hash is made to take long.
    person = UserFactory.create(email="dashboards@example.com", password=None)
    EmailAddress.objects.create(
        user=person, email=person.email, verified=True, primary=True
    )
    PhoneNumberFactory.create(user=person, e164=NUMBER)
    # Nobody is there, and that is counted too.
    endpoints.make(
        user=person, url="https://receiver.example.com/in", types=Type.values
    )
    row = RouterConfig.objects.get(config_key="budgets.strangers_area_hour")
    router.change(by=person, row=row, typed="0", is_active=True, seen=row.version)
    session = sessions.begin(user=person, client="app", proved=["password"], twice=True)
    print(tokens.issue(session).access)
